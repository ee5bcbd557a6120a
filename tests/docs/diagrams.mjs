// Parses the Mermaid diagrams of an array in JSON on stdin; answers on stdout with one of the error
// of each, or null. Packages are those of the working folder (.venv/iam).

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { runInThisContext } from "node:vm";

const require = createRequire(`${process.cwd()}/`);
const { createWindow } = require("@mixmark-io/domino");

// Mermaid cleans the labels of a diagram by the DOM of a browser.
globalThis.window = createWindow("");
globalThis.document = window.document;
// It is a script for a browser, and no module.
runInThisContext(readFileSync(require.resolve("@mermaid-js/tiny"), "utf8"));

const errors = [];
for (const text of JSON.parse(readFileSync(0, "utf8")))
  errors.push(await mermaid.parse(text).then(() => null, (error) => error.message));
console.log(JSON.stringify(errors));

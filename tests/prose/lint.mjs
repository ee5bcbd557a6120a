// Lints texts with textlint, for tools/prose.py. Reads a JSON list of Markdown texts from stdin.
// Writes to stdout, for each text, a list of findings: { line, message }. Loads the packages of the
// working folder (.venv/prose).

import { createRequire } from "node:module";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

const resolve = createRequire(`${process.cwd()}/`).resolve;
const load = (name) => import(pathToFileURL(resolve(name)));
const defaultOf = (module) => module.default?.default ?? module.default;
const { TextlintKernel } = await load("@textlint/kernel");
const { split, SentenceSplitterSyntax } = await load("sentence-splitter");
const { StringSource } = await load("textlint-util-to-string");
const terminology = defaultOf(await load("textlint-rule-terminology"));
const markdown = defaultOf(await load("@textlint/textlint-plugin-markdown"));

const MOST_WORDS = 25;

// A pattern that must not be found, and what to write in its place.
const TERMS = [
  ["(?<!\\bleav(?:es?|ing) \\w+ |\\blet )\\balone\\b", "only"],
  ["\\btold\\b(?! apart)", "said or notified"],
  ["\\btells? of\\b", "says or reports"],
  ["\\b(?:stands?|stood) in\\b(?! for\\b)", "is in or is stored in"],
  ["\\bmend(?:s|ed|ing)?\\b", "fix"],
  ["\\bwhoever\\b", "the identity that"],
];

// A code span counts as one word, and so does an address. HTML counts as no word.
function plain({ node, maskValue, emptyValue }) {
  if (node.type === "Code") return maskValue("c");
  if (node.type === "Html") return emptyValue();
}

function maxWords({ Syntax, getSource, report, RuleError, locator }, { max }) {
  function check(node) {
    const source = new StringSource(node, { replacer: plain });
    // A sentence can continue on the next line.
    for (const sentence of split(source.toString().replaceAll("\n", " "))) {
      if (sentence.type !== SentenceSplitterSyntax.Sentence) continue;
      const words = sentence.raw.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
      if (words.length <= max) continue;
      const index = source.originalIndexFromIndex(sentence.range[0]);
      const start = getSource(node).slice(index).split(/\s+/, 5).join(" ");
      const message = `A sentence has ${words.length} words, ${max} is the most: ${start} ...`;
      report(node, new RuleError(message, { padding: locator.at(index) }));
    }
  }
  return { [Syntax.Paragraph]: check, [Syntax.TableCell]: check };
}

const options = {
  ext: ".md",
  plugins: [{ pluginId: "markdown", plugin: markdown }],
  rules: [
    { ruleId: "max-words", rule: maxWords, options: { max: MOST_WORDS } },
    { ruleId: "terminology", rule: terminology, options: { defaultTerms: false, terms: TERMS } },
  ],
};
const kernel = new TextlintKernel();
const results = [];
for (const each of JSON.parse(await text(process.stdin))) {
  const { messages } = await kernel.lintText(each, options);
  results.push(messages.map(({ line, message }) => ({ line, message })));
}
console.log(JSON.stringify(results));

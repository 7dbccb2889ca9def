// Writes src/api/protobuf/messages.ts: the field numbers of the API's protobuf messages, which the official models for
// JavaScript do not have. They come from the struct tags of the Go types; give the folder that holds `api` and
// `apimachinery` (Debian: golang-k8s-api-dev and golang-k8s-apimachinery-dev, unpacked). Only run when the API level
// changes: the result is a source file.
//
//   node scripts/extractProtobuf.mjs FOLDER
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: node scripts/extractProtobuf.mjs FOLDER');

/** Packages of stable versions, by their import path. */
const packages = new Map([
  ['k8s.io/apimachinery/pkg/apis/meta/v1', 'meta.v1'],
  ...readdirSync(path.join(folder, 'api'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((group) =>
      readdirSync(path.join(folder, 'api', group.name))
        .filter((version) => /^v\d+$/.test(version))
        .map((version) => [`k8s.io/api/${group.name}/${version}`, `${group.name}.${version}`]),
    ),
]);

/** Types with a wire form of their own. */
const special = {
  'k8s.io/apimachinery/pkg/api/resource.Quantity': 'q',
  'k8s.io/apimachinery/pkg/util/intstr.IntOrString': 'o',
  'k8s.io/apimachinery/pkg/apis/meta/v1.Time': 't',
  'k8s.io/apimachinery/pkg/apis/meta/v1.MicroTime': 'u',
  'k8s.io/apimachinery/pkg/apis/meta/v1.Duration': 'n',
  'k8s.io/apimachinery/pkg/apis/meta/v1.FieldsV1': 'r',
  'k8s.io/apimachinery/pkg/runtime.RawExtension': 'r',
  'k8s.io/apimachinery/pkg/types.UID': 's',
  'k8s.io/apimachinery/pkg/types.NodeName': 's',
};
const scalars = {
  string: 's',
  bool: 'b',
  int32: 'i',
  int64: 'i',
  int: 'i',
  uint32: 'i',
  float64: 'd',
  '[]byte': 'y',
  rune: 'i',
};

const structs = new Map();
const aliases = new Map();
for (const importPath of packages.keys()) readPackage(importPath);

const lines = [];
for (const [name, fields] of [...structs].sort(([a], [b]) => (a < b ? -1 : 1))) {
  const texts = fields.map((field) => fieldText(name, field)).filter((text) => text !== undefined);
  lines.push(`${shortName(name)} ${texts.join(' ')}`.trimEnd());
}
const header = `/**
 * The field numbers of the API's protobuf messages at API level v1.36, one message a line: its name, then
 * \`name:number:type\` for each field. Types: s string, b bool, i integer, d double, y bytes, q quantity, o int-or-string,
 * l a message that is a list of strings,
 * t time, u micro time, n duration, r raw JSON, @NAME message; \`[]\` before a list's, \`{}\` before a map's. A field whose
 * zero value means something (a pointer in Go) ends in \`*\`; one whose message is spread into its parent has no name.
 * Made by scripts/extractProtobuf.mjs.
 */
`;
writeFileSync(
  path.join(import.meta.dirname, '../src/api/protobuf/messages.ts'),
  `${header}export const messages = \`\n${lines.join('\n')}\n\`;\n`,
);
console.log(`${lines.length} messages`);

function readPackage(importPath) {
  const directory = path.join(folder, importPath.replace(/^k8s\.io\//, ''));
  for (const file of readdirSync(directory)) {
    if (!file.endsWith('.go') || /_test|generated|zz_/.test(file)) continue;
    const text = readFileSync(path.join(directory, file), 'utf8');
    const imports = importsOf(text);
    for (const [, name, body] of text.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)) {
      structs.set(
        `${importPath}.${name}`,
        [...body.matchAll(/^\t(?:\w+ +)?([*\w.[\]]+) +`([^`]*)`/gm)].map(([, type, tags]) => ({
          type,
          json: /\bjson:"([^"]*)"/.exec(tags)?.[1] ?? '',
          protobuf: /\bprotobuf:"([^"]*)"/.exec(tags)?.[1],
          imports,
          importPath,
        })),
      );
    }
    for (const [, name, type] of text.matchAll(/^type (\w+) (\[\][\w.]+|map\[\w+\][\w.]+|\w+)$/gm)) {
      aliases.set(`${importPath}.${name}`, { type, imports, importPath });
    }
    // Aliases of types of other packages: type X = y.Z
    for (const [, name, type] of text.matchAll(/^type (\w+) = ([\w.]+)$/gm)) {
      aliases.set(`${importPath}.${name}`, { type, imports, importPath });
    }
  }
}

function importsOf(text) {
  const block = /^import \(([\s\S]*?)^\)/m.exec(text)?.[1] ?? '';
  return new Map(
    [...block.matchAll(/^\t(?:(\w+) )?"([^"]+)"/gm)].map(([, alias, full]) => [
      alias ?? full.split('/').at(-1),
      full,
    ]),
  );
}

function fieldText(owner, { type, json, protobuf, imports, importPath }) {
  if (protobuf === undefined) return undefined;
  const [jsonName, ...options] = json.split(',');
  const number = protobuf.split(',')[1];
  const resolved = typeText(type.replace(/^\*/, ''), imports, importPath);
  if (resolved === undefined) {
    console.error(`left out: ${owner} ${jsonName} ${type}`);
    return undefined;
  }
  const name = options.includes('inline') ? '' : jsonName;
  const keepsZero = type.startsWith('*') || !options.includes('omitempty');
  return `${name}:${number}:${resolved}${keepsZero && /^[sbid]$/.test(resolved) ? '*' : ''}`;
}

/** The type's letter, undefined for what is outside the stable versions. */
function typeText(type, imports, importPath) {
  if (scalars[type] !== undefined) return scalars[type];
  if (type.startsWith('[]'))
    return prefixed('[]', typeText(type.slice(2).replace(/^\*/, ''), imports, importPath));
  const map = /^map\[[\w.]+\](.+)$/.exec(type);
  if (map !== null) return prefixed('{}', typeText(map[1], imports, importPath));
  const [first, second] = type.split('.');
  const full = second === undefined ? `${importPath}.${first}` : `${imports.get(first)}.${second}`;
  if (special[full] !== undefined) return special[full];
  if (structs.has(full)) return `@${shortName(full)}`;
  const alias = aliases.get(full);
  // A named list is a message of its own, with the items in field 1.
  if (alias?.type.startsWith('[]') && alias.type !== '[]byte') return 'l';
  return alias === undefined ? undefined : typeText(alias.type, alias.imports, alias.importPath);
}

function prefixed(prefix, text) {
  return text === undefined ? undefined : prefix + text;
}

function shortName(full) {
  const dot = full.lastIndexOf('.');
  return `${packages.get(full.slice(0, dot))}.${full.slice(dot + 1)}`;
}

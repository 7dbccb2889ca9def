import { isMap, isSeq, parseDocument, type Document, type YAMLMap, type YAMLSeq } from 'yaml';
import { readText, writeWhole } from '../../../host/files.ts';
import { MachineError } from '../contract.ts';

/** One machine in cluster.yaml. Sizes there are MiB (memory) and GiB (disk). */
export interface DeclaredNode {
  readonly name: string;
  readonly role?: string;
  readonly cpus?: number;
  readonly memory?: number;
  readonly disk?: number;
  readonly address?: string;
  readonly zone?: string;
  readonly instance_type?: string;
}

export interface DeclaredCluster {
  readonly cluster: string;
  readonly provider: string;
  readonly box: string;
  readonly box_version?: string;
  /** CIDR. */
  readonly network: string;
  readonly nodes: readonly DeclaredNode[];
}

const HEAD = ` The machines of this cluster, for the Vagrantfile beside this file. It may be edited: a change of a node holds
 from its next start (or \`vagrant reload NODE\` here). Memory is in MiB, disk in GiB; zone and instance_type become
 labels of the node.`;

/** What is in the file; undefined where there is none. */
export async function readCluster(file: string): Promise<DeclaredCluster | undefined> {
  const document = await readDocument(file);
  return document === undefined ? undefined : declared(file, document);
}

/**
 * Changes the file in place, so that what people wrote into it stays (comments, order, fields that we do not know).
 * It is written as a whole, and only where something changed; without a file, `change` gets an empty one.
 */
export async function editCluster(
  file: string,
  change: (editor: ClusterEditor) => void,
): Promise<DeclaredCluster> {
  const there = await readDocument(file);
  // What is broken is not touched.
  if (there !== undefined) declared(file, there);
  const document = there ?? newDocument();
  const before = String(document);
  change(new ClusterEditor(document));
  const text = String(document);
  const cluster = declared(file, document);
  if (text !== before) await writeWhole(file, text);
  return cluster;
}

export class ClusterEditor {
  readonly #document: Document;

  constructor(document: Document) {
    this.#document = document;
  }

  /** Sets what is not undefined. */
  set(fields: Readonly<Record<string, string | undefined>>): void {
    for (const [key, value] of Object.entries(fields)) {
      if (value !== undefined && this.#document.get(key) !== value) this.#document.set(key, value);
    }
  }

  /** Adds the node, or changes what is given of it; the rest stays. */
  setNode(node: DeclaredNode): void {
    const nodes = this.#nodes();
    let found = this.#find(node.name);
    if (found === undefined) {
      found = this.#document.createNode({});
      nodes.add(found);
    }
    for (const [key, value] of Object.entries(node)) {
      if (value !== undefined && found.get(key) !== value) found.set(key, value);
    }
  }

  deleteNode(name: string): void {
    const nodes = this.#document.get('nodes');
    if (!isSeq(nodes)) return;
    const index = nodes.items.findIndex((item) => isMap(item) && item.get('name') === name);
    if (index >= 0) nodes.delete(index);
  }

  #find(name: string): YAMLMap | undefined {
    return this.#nodes().items.find((item): item is YAMLMap => isMap(item) && item.get('name') === name);
  }

  #nodes(): YAMLSeq {
    const nodes = this.#document.get('nodes');
    if (isSeq(nodes)) {
      // An empty list is written `[]`: what comes into it goes on lines of its own.
      if (nodes.items.length === 0) nodes.flow = false;
      return nodes;
    }
    const made = this.#document.createNode([]) as YAMLSeq;
    this.#document.set('nodes', made);
    return made;
  }
}

function newDocument(): Document {
  const document = parseDocument('{}\n') as Document;
  document.contents = document.createNode({});
  document.commentBefore = HEAD;
  return document;
}

async function readDocument(file: string): Promise<Document | undefined> {
  const text = await readText(file);
  if (text === undefined || text.trim() === '') return undefined;
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw broken(file, error.message.split('\n')[0] ?? error.message);
  if (!isMap(document.contents)) throw broken(file, 'it must be a mapping');
  return document;
}

function declared(file: string, document: Document): DeclaredCluster {
  const value = document.toJS() as Partial<Record<keyof DeclaredCluster, unknown>>;
  for (const field of ['cluster', 'provider', 'box', 'network'] as const) {
    if (typeof value[field] !== 'string') throw broken(file, `${field} must be a text`);
  }
  const nodes = value.nodes ?? [];
  if (!Array.isArray(nodes)) throw broken(file, 'nodes must be a list');
  nodes.forEach((node: unknown, index) => {
    const { name } = Object(node) as { name?: unknown };
    if (typeof name !== 'string') throw broken(file, `nodes[${index}].name must be a text`);
  });
  return { ...(value as DeclaredCluster), nodes };
}

function broken(file: string, what: string): MachineError {
  return new MachineError(`${file} cannot be read: ${what}`, 'Mend the file, then try again.');
}

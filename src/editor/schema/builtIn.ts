import type { Documentation } from '../../api/schema/builtIn/documentation.ts';
import {
  modelNames,
  modelOf,
  type Model,
  type Property,
  type Scalar,
  type Type,
} from '../../api/schema/builtIn/models.ts';
import { ENUMS } from './enums.ts';
import type { SchemaNode, SchemaSource, ValueType } from './schemaNode.ts';

/** The schemas of all kinds of this build's Kubernetes version, without any cluster. */
export function builtInSchemas(documentation: Documentation): SchemaSource {
  const nodes = new Map<string, SchemaNode>();
  /** Model names by `package.version kind`. */
  let kinds: ReadonlyMap<string, string> | undefined;
  return (apiVersion, kind) => {
    const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
    kinds ??= kindModels();
    const model = kinds.get(`${packageOf(group) ?? ''}.${version} ${kind}`);
    return model === undefined ? undefined : modelNode(model, documentation, nodes);
  };
}

/** The Go package of one of Kubernetes' own groups: its first label. Groups of others have no package. */
function packageOf(group: string): string | undefined {
  if (group === '') return 'core';
  const own = !group.includes('.') || group.endsWith('.k8s.io');
  return own ? group.split('.', 1)[0] : undefined;
}

/** The kinds that there are: models that say which kind they are. */
export function builtInKinds(): readonly string[] {
  return [...kindModels().keys()];
}

function kindModels(): ReadonlyMap<string, string> {
  return new Map(
    modelNames().flatMap((name) => {
      const { goName, goPackage, properties } = modelOf(name);
      return properties.has('kind') && properties.has('apiVersion') ? [[`${goPackage} ${goName}`, name]] : [];
    }),
  );
}

type Nodes = Map<string, SchemaNode>;

function modelNode(name: string, documentation: Documentation, nodes: Nodes): SchemaNode {
  const known = nodes.get(name);
  if (known !== undefined) return known;
  const made = new ModelNode(modelOf(name), documentation, nodes);
  nodes.set(name, made);
  return made;
}

/** Models refer to each other: what is in one is made when it is asked for. */
class ModelNode implements SchemaNode {
  readonly type = 'object';
  readonly values = [];
  readonly open = false;
  readonly typeName: string;
  readonly required: readonly string[];
  readonly #model: Model;
  readonly #documentation: Documentation;
  readonly #nodes: Nodes;
  #fields: ReadonlyMap<string, SchemaNode> | undefined;

  constructor(model: Model, documentation: Documentation, nodes: Nodes) {
    this.#model = model;
    this.#documentation = documentation;
    this.#nodes = nodes;
    this.typeName = model.goName;
    this.required = [...model.properties.values()].filter((p) => p.required).map((p) => p.name);
  }

  get description(): string {
    return this.#documentation(this.#model.name).description;
  }

  get fields(): ReadonlyMap<string, SchemaNode> {
    return (this.#fields ??= new Map(
      [...this.#model.properties.values()].map((property) => [property.name, this.#field(property)]),
    ));
  }

  #field(property: Property): SchemaNode {
    const { name } = this.#model;
    const node = typeNode(property.type, this.#documentation, this.#nodes);
    const documentation = this.#documentation;
    return described(
      node,
      () => documentation(name).property(property.name),
      ENUMS[`${name}.${property.name}`] ?? [],
    );
  }
}

/** The same node with the description of the field that it is the value of. */
function described(node: SchemaNode, description: () => string, values: readonly string[]): SchemaNode {
  return {
    type: node.type,
    typeName: node.typeName,
    open: node.open,
    values,
    get description() {
      return description() || node.description;
    },
    get required() {
      return node.required;
    },
    get fields() {
      return node.fields;
    },
    ...(node.items === undefined ? {} : { items: node.items }),
  };
}

function typeNode(type: Type, documentation: Documentation, nodes: Nodes): SchemaNode {
  switch (type.kind) {
    case 'struct':
      return modelNode(type.name, documentation, nodes);
    case 'list':
      return collection('list', typeNode(type.items, documentation, nodes));
    case 'map':
      return collection('map', typeNode(type.values, documentation, nodes));
    case 'scalar':
      return scalar(type.scalar);
  }
}

const EMPTY = {
  typeName: '',
  description: '',
  values: [],
  required: [],
  fields: new Map<string, SchemaNode>(),
  open: false,
};

function collection(type: 'list' | 'map', items: SchemaNode): SchemaNode {
  return { ...EMPTY, type, typeName: items.typeName, items };
}

const SCALARS: Readonly<Record<Scalar, ValueType>> = {
  string: 'string',
  boolean: 'boolean',
  int32: 'integer',
  int64: 'integer',
  double: 'number',
  byte: 'string',
  time: 'string',
  microtime: 'string',
  intOrString: 'intOrString',
  quantity: 'quantity',
  any: 'any',
};

function scalar(name: Scalar): SchemaNode {
  return { ...EMPTY, type: SCALARS[name] };
}

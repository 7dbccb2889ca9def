import assert from 'node:assert/strict';
import { loadDocumentation } from './documentation.ts';
import {
  atomicMaps,
  atomicModels,
  granularFields,
  keyDefaults,
  listFacts,
  quantityFields,
  structStrategies,
} from './mergeKeys.ts';
import { hasModel, modelNames, modelOf } from './models.ts';

const split = (field: string): [string, string] => {
  const dot = field.indexOf('.');
  return [field.slice(0, dot), field.slice(dot + 1)];
};

describe('modelOf', () => {
  it('resolves every type that a property refers to', () => {
    for (const name of modelNames()) {
      for (const property of modelOf(name).properties.values()) {
        let { type } = property;
        while (type.kind === 'list' || type.kind === 'map')
          type = type.kind === 'list' ? type.items : type.values;
        if (type.kind === 'struct') assert.ok(hasModel(type.name), `${name}.${property.name}: ${type.name}`);
      }
    }
  });

  it('gives lists their merge keys', () => {
    const ports = modelOf('V1Container').properties.get('ports');
    assert.equal(ports?.merge, 'map');
    assert.deepEqual(ports.listMapKeys, ['containerPort', 'protocol']);
    assert.equal(ports.patchMergeKey, 'containerPort');
    const volumes = modelOf('V1PodSpec').properties.get('volumes');
    assert.equal(volumes?.retainKeys, true);
    const tolerations = modelOf('V1PodSpec').properties.get('tolerations');
    assert.equal(tolerations?.merge, 'atomic');
    assert.equal(tolerations.patchStrategy, 'replace');
    assert.equal(modelOf('V1ObjectMeta').properties.get('finalizers')?.merge, 'set');
  });
});

describe('merge facts', () => {
  const property = (model: string, name: string): unknown => {
    assert.ok(hasModel(model), model);
    return modelOf(model).properties.get(name);
  };

  it('name only properties that exist, with keys that exist', () => {
    for (const [model, fields] of Object.entries(listFacts)) {
      for (const [name, fact] of Object.entries(fields)) {
        const found = modelOf(model).properties.get(name);
        const items = found?.type.kind === 'list' ? found.type.items : undefined;
        assert.ok(items, `${model}.${name}`);
        for (const key of fact.keys ??
          (fact.mergeKey === undefined || fact.mergeKey === '' ? [] : [fact.mergeKey])) {
          assert.ok(items.kind === 'struct' && items.fields.has(key), `${model}.${name}: ${key}`);
        }
      }
    }
    for (const field of [...atomicMaps, ...granularFields, ...Object.keys(structStrategies)]) {
      assert.ok(property(...split(field)), field);
    }
    for (const [model, names] of Object.entries(quantityFields)) {
      for (const name of names) assert.ok(property(model, name), `${model}.${name}`);
    }
    for (const [model, defaults] of Object.entries(keyDefaults)) {
      for (const name of Object.keys(defaults)) assert.ok(property(model, name), `${model}.${name}`);
    }
    for (const model of atomicModels) assert.ok(hasModel(model), model);
  });
});

describe('loadDocumentation', () => {
  it('describes models and properties', async () => {
    const documentation = await loadDocumentation();
    assert.match(documentation('V1Deployment').description, /declarative updates/);
    assert.match(documentation('V1DeploymentSpec').property('replicas'), /desired pods/);
    assert.equal(documentation('V1DeploymentSpec').property('none'), '');
    assert.equal(documentation('None').description, '');
  });
});

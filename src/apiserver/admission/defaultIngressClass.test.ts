import assert from 'node:assert/strict';
import { attributesOf, readerOf } from '../../../test/harness/admission.ts';
import { ingressClasses, ingresses } from '../../api/resources.ts';
import type { Ingress } from '../../api/types.ts';
import { defaultIngressClass } from './defaultIngressClass.ts';

const classOf = (name: string, creationTimestamp: string, value = 'true'): object => ({
  metadata: {
    name,
    creationTimestamp,
    annotations: { 'ingressclass.kubernetes.io/is-default-class': value },
  },
});
const [OLD, NEW] = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'];

describe('DefaultIngressClass', () => {
  const given = (classes: readonly object[], spec: object = {}, annotations?: object): string | undefined => {
    const plugin = defaultIngressClass(readerOf(...classes.map((one) => [ingressClasses, one] as const)));
    const object = { metadata: { name: 'i', annotations }, spec };
    const attributes = attributesOf(ingresses, object);
    assert.ok(plugin.handles(attributes));
    void plugin.mutate?.(attributes);
    return (object.spec as Ingress['spec']).ingressClassName;
  };

  it('gives the default class, of several the newest', () => {
    assert.equal(given([]), undefined);
    assert.equal(given([classOf('a', OLD, 'yes')]), undefined);
    assert.equal(given([classOf('a', OLD), classOf('b', NEW)]), 'b');
    assert.equal(given([classOf('b', OLD), classOf('a', OLD)]), 'a');
  });

  it('keeps what is asked for in either way', () => {
    assert.equal(given([classOf('a', OLD)], { ingressClassName: 'x' }), 'x');
    assert.equal(given([classOf('a', OLD)], {}, { 'kubernetes.io/ingress.class': 'x' }), undefined);
  });
});

import { baseEnvironment, compile, DYN, type Program } from '../../src/api/cel/index.ts';
import { COST_LIMITS } from '../../src/api/cel/index.ts';
import { type Benchmark, median } from './benchmark.ts';

const object = Object.freeze({
  metadata: { name: 'web', namespace: 'default', labels: { app: 'web', tier: 'front' } },
  spec: {
    replicas: 3,
    template: {
      spec: {
        containers: ['a', 'b', 'c'].map((name) => ({
          name,
          image: `registry.example.com/team/${name}:1.2.3`,
          resources: { limits: { cpu: '100m', memory: '64Mi' } },
          securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false },
        })),
      },
    },
  },
});

type Subject = typeof object;

/** What policies usually say, and the same written by hand in JavaScript. */
const CASES: readonly {
  readonly name: string;
  readonly source: string;
  readonly byHand: (object: Subject) => boolean;
}[] = [
  {
    name: 'a field and a bound',
    source: 'object.spec.replicas <= 5',
    byHand: ({ spec }) => spec.replicas <= 5,
  },
  {
    name: 'a label that must be there',
    source:
      'has(object.metadata.labels) && "app" in object.metadata.labels && object.metadata.labels.app != ""',
    byHand: ({ metadata: { labels } }) => 'app' in labels && labels.app !== '',
  },
  {
    name: 'images of all containers',
    source:
      'object.spec.template.spec.containers.all(c, c.image.startsWith("registry.example.com/") && !c.image.endsWith(":latest"))',
    byHand: ({ spec }) =>
      spec.template.spec.containers.every(
        ({ image }) => image.startsWith('registry.example.com/') && !image.endsWith(':latest'),
      ),
  },
  {
    name: 'security of all containers',
    source:
      'object.spec.template.spec.containers.all(c, has(c.securityContext) && c.?securityContext.?runAsNonRoot.orValue(false) && c.securityContext.allowPrivilegeEscalation == false)',
    byHand: ({ spec }) =>
      spec.template.spec.containers.every(
        ({ securityContext }) => securityContext.runAsNonRoot && !securityContext.allowPrivilegeEscalation,
      ),
  },
];

/** Runs a second, in five parts, of which the middle one counts. */
function perSecond(run: () => unknown): number {
  for (let count = 0; count < 20_000; count++) run();
  const rates = Array.from({ length: 5 }, () => {
    const start = performance.now();
    let count = 0;
    for (; performance.now() - start < 200; count += 1000) for (let each = 0; each < 1000; each++) run();
    return count / ((performance.now() - start) / 1000);
  });
  return median(rates);
}

function compiled(source: string): Program {
  const result = compile(source, baseEnvironment.withVariables({ object: DYN }));
  if (!result.ok) throw new Error(result.message);
  return result.program;
}

/** Expressions of CEL against the same in JavaScript, which reads and compares without types, costs or missing fields. */
export const expressions: Benchmark = {
  name: 'expressions',
  run: (report) => {
    for (const { name, source, byHand } of CASES) {
      const program = compiled(source);
      if (program.evaluate({ object }, COST_LIMITS.perCall).value !== byHand(object)) {
        throw new Error(`${name}: not the same`);
      }
      report({
        what: name,
        value: perSecond(() => program.evaluate({ object }, COST_LIMITS.perCall)),
        unit: '/s',
        limit: { what: 'by hand', value: perSecond(() => byHand(object)) },
      });
    }
    report({
      what: 'compiling a policy',
      value: perSecond(() => compiled(CASES[3]?.source ?? '')),
      unit: '/s',
    });
    return Promise.resolve();
  },
};

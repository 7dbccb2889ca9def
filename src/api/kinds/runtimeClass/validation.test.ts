import { refusals, refusedChanges } from '../../../../test/harness/kindRules.ts';
import { runtimeClass } from './kind.ts';

refusals(runtimeClass, [
  ['a plain one', { handler: 'runsc' }, []],
  ['a handler with dots', { handler: 'a.b' }, ['handler: Invalid value: "a.b": must not contain dots']],
  [
    'what it costs and where it runs',
    {
      handler: 'a',
      overhead: { podFixed: { cpu: '-1' } },
      scheduling: { nodeSelector: { 'a/b/c': '' }, tolerations: [{ operator: 'Exists', value: 'x' }] },
    },
    [
      'overhead.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0',
      "scheduling.nodeSelector: Invalid value: \"a/b/c\": a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
      'scheduling.tolerations[0].operator: Invalid value: {"operator":"Exists","value":"x"}: value must be empty when `operator` is \'Exists\'',
    ],
  ],
]);

refusedChanges(runtimeClass, [
  [
    'another handler',
    { handler: 'a' },
    { handler: 'b' },
    ['handler: Invalid value: "b": field is immutable'],
  ],
]);

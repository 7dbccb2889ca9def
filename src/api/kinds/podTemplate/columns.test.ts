import { shows } from '../../../../test/harness/kindRules.ts';
import { podTemplate } from './kind.ts';

const template = {
  metadata: { labels: { app: 'x' } },
  spec: {
    containers: [
      { name: 'c', image: 'i:1' },
      { name: 'd', image: 'j:2' },
    ],
  },
};

shows(podTemplate, 'Name Containers Images Pod Labels', [
  ['a template', { template }, ['a', 'c,d', 'i:1,j:2', 'app=x']],
]);

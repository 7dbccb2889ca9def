/** `npm run bench [NAME…]`: all benchmarks, or those named. Built bundles are measured: `npm run build` first. */
import { api } from './api.ts';
import { type Benchmark, formatFigure } from './benchmark.ts';
import { cluster } from './cluster.ts';
import { expressions } from './expressions.ts';
import { idle } from './idle.ts';
import { link } from './link.ts';
import { resources } from './resources.ts';
import { schedulingBenchmark } from './scheduling.ts';
import { storage } from './storage.ts';

const benchmarks: readonly Benchmark[] = [
  storage,
  idle,
  expressions,
  api,
  resources,
  schedulingBenchmark,
  link,
  cluster,
];

const names = process.argv.slice(2);
const unknown = names.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are ${benchmarks.map((b) => b.name).join(', ')}`);
  process.exit(2);
}
for (const benchmark of benchmarks) {
  if (names.length > 0 && !names.includes(benchmark.name)) continue;
  console.log(`\n${benchmark.name}`);
  await benchmark.run((figure) => console.log(`  ${formatFigure(figure)}`));
}

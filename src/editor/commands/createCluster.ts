import type { CreateOptions } from '../../cluster/clusters.ts';
import { clearTheWay } from '../create/clearTheWay.ts';
import { createOptions, type Draft } from '../create/draft.ts';
import { vagrantDefaults } from '../create/settings.ts';
import { createSteps } from '../create/steps.ts';
import { stepThrough } from '../input/stepThrough.ts';
import { toolOfKind } from '../machineKinds.ts';
import type { CommandContext, EditorCommand } from './command.ts';
import { withProgress } from './progress.ts';

/** Also called with its answers as argument, by tests and other extensions: then nothing is asked. */
export const createCluster: EditorCommand = {
  id: 'wheelhouse.createCluster',
  async run(context, ...args) {
    const wanted = isCreateOptions(args[0]) ? args[0] : await ask(context);
    if (wanted === undefined) return;
    const options = await clearTheWay(context, wanted);
    if (options === undefined) return;
    await withProgress(
      context,
      {
        title: `Creating cluster ${options.name}`,
        tool: toolOfKind(options.machines),
        left: 'Nothing of it is left.',
      },
      (progress, signal) => context.model.create(options, progress, signal),
    );
  },
};

async function ask({ model, host, machineChecks }: CommandContext): Promise<CreateOptions | undefined> {
  await model.refresh();
  const { settings, cpus, memoryBytes } = vagrantDefaults();
  const stop = new AbortController();
  // Nobody may get as far as to ask for it.
  const found = host.vagrantProviders(stop.signal).catch(() => []);
  try {
    const draft = await stepThrough<Draft>(
      'Create Cluster',
      createSteps({
        taken: new Set(model.entries().map(({ name }) => name)),
        problems: (kind) => machineChecks.describe(kind, stop.signal),
        providers: settings.provider === undefined ? found : Promise.resolve([]),
        size: { cpus, memoryBytes },
        memory: () => host.memory(),
      }),
      {},
    );
    return draft === undefined ? undefined : createOptions(draft, settings);
  } finally {
    stop.abort();
  }
}

function isCreateOptions(value: unknown): value is CreateOptions {
  return (
    typeof value === 'object' && value !== null && 'name' in value && 'machines' in value && 'nodes' in value
  );
}

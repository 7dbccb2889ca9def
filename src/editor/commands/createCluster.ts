import type { CreateOptions } from '../../cluster/clusters.ts';
import { clearTheWay } from '../create/clearTheWay.ts';
import type { MachinesKind } from '../../cluster/profile.ts';
import { createOptions, planOf, withContainers, type Draft } from '../create/draft.ts';
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
    // With the plan it is known what is needed: memory, a network, a name that is free.
    const planned = (kind: MachinesKind): CreateOptions =>
      kind === wanted.machines ? wanted : withContainers(wanted);
    const machines = await clearTheWay(
      wanted.machines,
      (kind) => context.model.clusters.preflight(kind, NEVER, planOf(planned(kind))),
      context.output,
    );
    if (machines === undefined) return;
    const options = planned(machines);
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

const NEVER = new AbortController().signal;

async function ask({
  model,
  host,
  machineChecks,
  output,
}: CommandContext): Promise<CreateOptions | undefined> {
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
        clearTheWay: (kind) =>
          clearTheWay(kind, (other) => machineChecks.problems(other, stop.signal), output),
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

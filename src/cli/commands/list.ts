import type { CliCommand } from '../command.ts';

export const list: CliCommand = (program, { clusters, print }) => {
  program
    .command('list')
    .description('list clusters with their nodes')
    .action(async () => {
      const names = await clusters.names();
      if (names.length === 0) print('No clusters. Create one: wheelhouse create NAME');
      for (const name of names) {
        const { profile, machines } = await clusters.get(name);
        const count = (state: string): number => machines.filter((machine) => machine.state === state).length;
        const suspended = count('paused') === 0 ? '' : `, ${count('paused')} suspended`;
        print(
          [
            name,
            profile.machines,
            `${count('running')}/${profile.nodes.length} machines running${suspended}`,
            `https://127.0.0.1:${profile.port}`,
          ].join('\t'),
        );
      }
    });
};

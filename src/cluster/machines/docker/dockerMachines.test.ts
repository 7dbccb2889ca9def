import assert from 'node:assert/strict';
import { MachineError } from '../contract.ts';
import { containerOptions } from './containerOptions.ts';
import { problemsOf } from './dockerMachines.ts';
import { machineError } from './engineError.ts';
import { containerName, stateOf } from './labels.ts';

const GIB = 2 ** 30;

/** The part of a container's options that says what it may do. */
interface NodeRights {
  readonly Privileged?: boolean;
  readonly CapAdd: readonly string[];
  readonly CapDrop: readonly string[];
  readonly SecurityOpt: readonly string[];
  readonly ReadonlyPaths: readonly string[];
  readonly Tmpfs: Readonly<Record<string, string>>;
}

describe('Docker machines', () => {
  it('problemsOf() finds nothing wrong with a recent engine that has room', () => {
    assert.deepEqual(
      problemsOf('1.41', { OSType: 'linux', SecurityOptions: ['name=seccomp,profile=default'] }, 3 * GIB),
      [],
    );
    assert.deepEqual(problemsOf('1.50', { OSType: 'linux', SecurityOptions: null }, undefined), []);
  });

  it('problemsOf() names what is too old, of another system, rootless or full, each with what to do', () => {
    const problems = problemsOf(
      '1.40',
      { OSType: 'windows', SecurityOptions: ['name=rootless'], DockerRootDir: '/d' },
      GIB,
    );
    assert.deepEqual(
      problems.map(({ what }) => what),
      [
        'the Docker Engine is too old (API 1.40)',
        'the Docker Engine runs windows containers',
        'only 1024 MiB are free below /d',
        'the Docker Engine runs rootless',
      ],
    );
    assert.ok(problems.every(({ remedy }) => remedy !== ''));
  });

  it('machineError() says what failed, what the engine said, and what to do', () => {
    const error = machineError('machine n1 could not be created', {
      statusCode: 500,
      json: { message: 'write /x: no space left on device' },
      message: '(HTTP code 500) server error',
    });
    assert.equal(
      error.message,
      'machine n1 could not be created: write /x: no space left on device. Free some disk space (docker system prune removes what is unused) and try again.',
    );
    assert.match(machineError('x', { code: 'ECONNREFUSED' }).message, /no Docker Engine answers/);
    assert.match(machineError('x', { code: 'EACCES' }).remedy, /group "docker"/);
    const own = new MachineError('own', 'do');
    assert.equal(machineError('x', own), own);
  });

  it('containerOptions() publishes ports on loopback, limits what is asked for, and keeps the token out', () => {
    const options = containerOptions(
      {
        cluster: 'c',
        name: 'c-1',
        cpus: 1.5,
        memoryBytes: GIB,
        files: [{ path: '/etc/x', content: 'TOKEN', mode: 0o600 }],
        ports: [
          { node: 80, host: 8080 },
          { node: 81, host: 0 },
        ],
      },
      'image:1',
      { hasSeccomp: true },
    );
    const { HostConfig } = options;
    assert.ok(HostConfig !== undefined);
    assert.deepEqual(HostConfig.PortBindings, {
      '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }],
      '81/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }],
    });
    assert.deepEqual([HostConfig.NanoCpus, HostConfig.Memory], [1.5e9, GIB]);
    assert.ok(!JSON.stringify(options).includes('TOKEN'));
  });

  it('a node’s container is not privileged, has no capability over the desktop’s kernel, and bounded memory disks', () => {
    const rightsOf = (engine: { hasSeccomp: boolean }): NodeRights =>
      containerOptions({ cluster: 'c', name: 'c-1', files: [] }, 'image:1', engine).HostConfig as NodeRights;
    const rights = rightsOf({ hasSeccomp: true });
    assert.deepEqual([rights.Privileged, rights.CapDrop], [undefined, ['ALL']]);
    const forbidden = ['ALL', 'SYS_MODULE', 'SYS_RAWIO', 'SYS_BOOT', 'SYS_TIME', 'SYSLOG', 'DAC_READ_SEARCH'];
    assert.deepEqual(
      forbidden.filter((name) => rights.CapAdd.includes(name)),
      [],
    );
    // Missing: the engine’s own lists.
    assert.ok(!('DeviceCgroupRules' in rights) && !('MaskedPaths' in rights));
    for (const path of ['/proc/sys/kernel/core_pattern', '/proc/sys/vm', '/proc/sysrq-trigger'])
      assert.ok(rights.ReadonlyPaths.includes(path), path);
    for (const options of Object.values(rights.Tmpfs)) assert.match(options, /size=\d+m/);
    const seccomp = rights.SecurityOpt.find((option) => option.startsWith('seccomp='));
    const profile = JSON.parse(seccomp?.slice('seccomp='.length) ?? '') as {
      syscalls: { names: string[] }[];
    };
    assert.ok(profile.syscalls[0]?.names.includes('open_by_handle_at'));
    assert.ok(rightsOf({ hasSeccomp: false }).SecurityOpt.includes('seccomp=unconfined'));
  });

  it('containerName() has the cluster’s name once, and stateOf() knows every state of the engine', () => {
    assert.equal(containerName('dev', 'dev-1'), 'wheelhouse-dev-1');
    assert.equal(containerName('dev', 'devbox'), 'wheelhouse-dev-devbox');
    assert.deepEqual(
      ['created', 'running', 'restarting', 'paused', 'exited', 'removing', 'dead'].map(stateOf),
      ['creating', 'running', 'running', 'paused', 'stopped', 'failed', 'failed'],
    );
  });
});

/**
 * What a container node may do. It shares the desktop's kernel, so all that acts on that kernel as a whole is left out;
 * pods cannot have what their node has not. What is left is enough to be a node, which is much: CAP_SYS_ADMIN for mounts
 * makes root on the node (a privileged pod, one that mounts its /) as good as root on the desktop. SECURITY.md
 * says so; nodes that are virtual machines are the answer.
 */
export const NODE_CAPABILITIES = [
  // Files and processes of pods, of every user.
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'SETFCAP',
  'MKNOD',
  'AUDIT_WRITE',
  'SYS_CHROOT',
  // Namespaces, mounts, cgroups; to enter what runs already.
  'SYS_ADMIN',
  'SYS_PTRACE',
  // The pod network.
  'NET_ADMIN',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_RAW',
  // The node needs none of these; pods that say so do, and they reach no further than SYS_ADMIN does.
  'IPC_LOCK',
  'IPC_OWNER',
  'LEASE',
  'SYS_NICE',
] as const;

/**
 * The kernel's settings that are the desktop's too. Those of a namespace stay writable (net; kernel.shm… and kernel.msg…,
 * which crun sets for pods through the node's /proc/sys), so /proc/sys is not write-protected as a whole. A path that
 * this kernel does not have is passed over by the engine.
 */
export const READ_ONLY_PATHS = [
  '/proc/bus',
  '/proc/fs',
  '/proc/irq',
  '/proc/sysrq-trigger',
  ...[
    'abi',
    'crypto',
    'debug',
    'dev',
    'fs/binfmt_misc',
    'fs/suid_dumpable',
    'fs/protected_fifos',
    'fs/protected_hardlinks',
    'fs/protected_regular',
    'fs/protected_symlinks',
    'sunrpc',
    'user',
    'vm',
    'xen',
  ].map((name) => `/proc/sys/${name}`),
  ...[
    // Programs that the kernel itself starts, as root and in no container.
    'core_pattern',
    'core_pipe_limit',
    'core_uses_pid',
    'hotplug',
    'modprobe',
    'poweroff_cmd',
    'usermodehelper',
    // What keeps the kernel closed.
    'dmesg_restrict',
    'io_uring_disabled',
    'kexec_load_disabled',
    'kexec_load_limit_panic',
    'kexec_load_limit_reboot',
    'keys',
    'kptr_restrict',
    'modules_disabled',
    'perf_event_paranoid',
    'randomize_va_space',
    'seccomp',
    'sysrq',
    'unprivileged_bpf_disabled',
    'unprivileged_userns_clone',
    'yama',
    // What brings it down.
    'hung_task_panic',
    'hardlockup_panic',
    'panic',
    'panic_on_io_nmi',
    'panic_on_oops',
    'panic_on_rcu_stall',
    'panic_on_unrecovered_nmi',
    'panic_on_warn',
    'panic_print',
    'pid_max',
    'softlockup_panic',
    'threads-max',
    'unknown_nmi_panic',
  ].map((name) => `/proc/sys/kernel/${name}`),
] as const;

/** Calls that act on the machine, whatever rights somebody has. All others are the rights’ own business. */
const DENIED_CALLS = [
  // Another kernel, or parts of it.
  'create_module',
  'delete_module',
  'finit_module',
  'init_module',
  'kexec_file_load',
  'kexec_load',
  'reboot',
  // Its time.
  'clock_settime',
  'clock_settime64',
  'settimeofday',
  'stime',
  // Its memory, disks and ports.
  'acct',
  'ioperm',
  'iopl',
  'pciconfig_iobase',
  'pciconfig_read',
  'pciconfig_write',
  'quotactl',
  'quotactl_fd',
  'swapoff',
  'swapon',
  // Any file of a file system by its number, whatever part of it is mounted here.
  'open_by_handle_at',
  // Long dead.
  '_sysctl',
  'lookup_dcookie',
  'nfsservctl',
  'uselib',
  'vm86',
  'vm86old',
] as const;

/** In the engine's form (moby `profiles/seccomp`). The architectures are those that a kernel can run beside its own. */
export function seccompProfile(): object {
  return {
    defaultAction: 'SCMP_ACT_ALLOW',
    archMap: [
      { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
      { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
    ],
    syscalls: [{ names: [...DENIED_CALLS], action: 'SCMP_ACT_ERRNO' }],
  };
}

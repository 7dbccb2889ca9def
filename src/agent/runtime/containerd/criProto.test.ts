import assert from 'node:assert/strict';
import protobuf from 'protobufjs';
import { CRI_PROTO } from './criProto.ts';

/** Our messages’ fields and their numbers in cri-api `pkg/apis/runtime/v1/api.proto`. */
const SECURITY: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  Namespaces: { network: 1, pid: 2, ipc: 3, targetId: 4, users: 5 },
  UserNamespace: { mode: 1, uids: 2, gids: 3 },
  IdMapping: { hostId: 1, containerId: 2, length: 3 },
  SeLinux: { user: 1, role: 2, type: 3, level: 4 },
  Profile: { type: 1, localhostRef: 2 },
  Capabilities: { add: 1, drop: 2 },
  PodSecurity: {
    namespaces: 1,
    selinux: 2,
    runAsUser: 3,
    readonlyRootfs: 4,
    supplementalGroups: 5,
    privileged: 6,
    runAsGroup: 8,
    seccomp: 9,
    apparmor: 10,
  },
  ContainerSecurity: {
    capabilities: 1,
    privileged: 2,
    namespaces: 3,
    selinux: 4,
    runAsUser: 5,
    runAsUsername: 6,
    readonlyRootfs: 7,
    supplementalGroups: 8,
    noNewPrivs: 11,
    runAsGroup: 12,
    maskedPaths: 13,
    readonlyPaths: 14,
    seccomp: 15,
    apparmor: 16,
  },
};

describe('CRI on the wire', () => {
  const { root } = protobuf.parse(CRI_PROTO, { keepCase: true });
  for (const [message, fields] of Object.entries(SECURITY)) {
    it(`numbers the fields of ${message} as the runtime does`, () => {
      const type = root.lookupType(`runtime.v1.${message}`);
      assert.deepEqual(Object.fromEntries(type.fieldsArray.map(({ name, id }) => [name, id])), fields);
    });
  }
});

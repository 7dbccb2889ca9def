import grpc from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { isAborted } from '../../../base/abort.ts';
import type { Clock } from '../../../base/clock.ts';
import { RuntimeError } from '../contract.ts';
import { CONTAINERD_PROTO } from './containerdProto.ts';
import { CRI_PROTO } from './criProto.ts';

const RUNTIME = '/runtime.v1.RuntimeService/';
const IMAGE = '/runtime.v1.ImageService/';
const TASKS = '/containerd.services.tasks.v1.Tasks/';
const EVENTS = '/containerd.services.events.v1.Events/';
/** Where CRI keeps what it makes; containerd's own services have to be told. */
export const CRI_NAMESPACE = 'k8s.io';

/** Method to the messages that it takes and gives. */
const METHODS = {
  RunPodSandbox: [RUNTIME, 'RunPodSandboxRequest', 'PodSandboxId'],
  StopPodSandbox: [RUNTIME, 'PodSandboxId', 'Empty'],
  RemovePodSandbox: [RUNTIME, 'PodSandboxId', 'Empty'],
  PodSandboxStatus: [RUNTIME, 'PodSandboxStatusRequest', 'PodSandboxStatusResponse'],
  ListPodSandbox: [RUNTIME, 'Empty', 'PodSandboxList'],
  CreateContainer: [RUNTIME, 'CreateContainerRequest', 'ContainerId'],
  StartContainer: [RUNTIME, 'ContainerId', 'Empty'],
  StopContainer: [RUNTIME, 'StopContainerRequest', 'Empty'],
  RemoveContainer: [RUNTIME, 'ContainerId', 'Empty'],
  ListContainers: [RUNTIME, 'ListContainersRequest', 'ContainerList'],
  ContainerStatus: [RUNTIME, 'ContainerStatusRequest', 'ContainerStatusResponse'],
  UpdateContainerResources: [RUNTIME, 'UpdateResourcesRequest', 'Empty'],
  ReopenContainerLog: [RUNTIME, 'ContainerId', 'Empty'],
  ExecSync: [RUNTIME, 'ExecSyncRequest', 'ExecSyncResponse'],
  Exec: [RUNTIME, 'ExecRequest', 'StreamUrl'],
  Attach: [RUNTIME, 'AttachRequest', 'StreamUrl'],
  PortForward: [RUNTIME, 'PortForwardRequest', 'StreamUrl'],
  ListContainerStats: [RUNTIME, 'ListStatsRequest', 'ContainerStatsList'],
  Version: [RUNTIME, 'VersionRequest', 'VersionResponse'],
  Status: [RUNTIME, 'Empty', 'StatusResponse'],
  ListImages: [IMAGE, 'Empty', 'ImageList'],
  ImageStatus: [IMAGE, 'ImageRequest', 'ImageStatusResponse'],
  PullImage: [IMAGE, 'PullImageRequest', 'ImageRef'],
  RemoveImage: [IMAGE, 'ImageRequest', 'Empty'],
  ImageFsInfo: [IMAGE, 'Empty', 'ImageFsInfoResponse'],
  GetTask: [TASKS, 'TaskRequest', 'TaskResponse', 'Get'],
  ListTasks: [TASKS, 'ListTasksRequest', 'TaskList', 'List'],
  Publish: [EVENTS, 'PublishRequest', 'Empty'],
  Subscribe: [EVENTS, 'SubscribeRequest', 'Envelope'],
} as const satisfies Record<string, readonly [service: string, takes: string, gives: string, name?: string]>;

export type CriMethod = keyof typeof METHODS;

/** Somebody waits for their answer, and they change nothing: they outlast a restart of containerd. */
const PATIENT = new Set<CriMethod>(['Exec', 'Attach', 'PortForward']);
const PATIENCE_MS = 20_000;
/** containerd answers before its CRI part does. */
const PATIENT_RETRY_MS = 100;

export interface CriCallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

/** One gRPC channel to containerd's socket; reconnects by itself. Failures are RuntimeErrors. */
export interface CriConnection {
  call<Response>(method: CriMethod, request: object, options?: CriCallOptions): Promise<Response>;
  /** A server stream; ends with the signal, throws when the stream breaks. */
  stream<Response>(method: CriMethod, request: object, signal: AbortSignal): AsyncIterable<Response>;
  /** One of containerd's own messages. */
  decode<Message>(message: string, bytes: Uint8Array): Message;
  close(): void;
}

const DEFAULT_TIMEOUT_MS = 120_000;
/** As kubelet's limit for CRI messages (cri-client `pkg/remote_runtime.go`). */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

export function connectCri(socketPath: string, clock: Clock): CriConnection {
  const { root } = protobuf.parse(CRI_PROTO, { keepCase: true });
  protobuf.parse(CONTAINERD_PROTO, root, { keepCase: true });
  const types = new Map<string, protobuf.Type>();
  const type = (name: string): protobuf.Type => {
    let found = types.get(name);
    if (found === undefined) types.set(name, (found = root.lookupType(name)));
    return found;
  };
  const decoded = <Message>(message: protobuf.Type, bytes: Uint8Array): Message => {
    // The shape is the one that the proto text declares: this is the border where bytes become typed.
    return message.toObject(message.decode(bytes), {
      longs: Number,
      defaults: true,
      arrays: true,
      objects: true,
    }) as Message;
  };
  const client = new grpc.Client(`unix://${socketPath}`, grpc.credentials.createInsecure(), {
    // containerd refuses the socket's path as an authority.
    'grpc.default_authority': 'localhost',
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.initial_reconnect_backoff_ms': 50,
    'grpc.max_reconnect_backoff_ms': 1_000,
  });
  const codec = <Response>(method: CriMethod) => {
    const [service, request, response, name = method] = METHODS[method] as readonly [
      string,
      string,
      string,
      string?,
    ];
    const isCri = service === RUNTIME || service === IMAGE;
    const scope = isCri ? 'runtime.v1' : 'containerd';
    const [takes, gives] = [type(`${scope}.${request}`), type(`${scope}.${response}`)];
    const metadata = new grpc.Metadata({ waitForReady: PATIENT.has(method) });
    if (!isCri) metadata.set('containerd-namespace', CRI_NAMESPACE);
    return {
      path: `${service}${name}`,
      metadata,
      serialize: (value: object): Buffer => Buffer.from(takes.encode(takes.fromObject(value)).finish()),
      deserialize: (bytes: Buffer): Response => decoded<Response>(gives, bytes),
    };
  };
  const callOnce = <Response>(
    method: CriMethod,
    request: object,
    { signal, timeoutMs = DEFAULT_TIMEOUT_MS }: CriCallOptions,
  ): Promise<Response> => {
    const { path, metadata, serialize, deserialize } = codec<Response>(method);
    return new Promise((resolve, reject) => {
      const call = client.makeUnaryRequest<object, Response>(
        path,
        serialize,
        deserialize,
        request,
        metadata,
        { deadline: Date.now() + timeoutMs },
        (error, response) => {
          signal?.removeEventListener('abort', cancel);
          if (error !== null) reject(runtimeError(method, error));
          else if (response === undefined) reject(new RuntimeError('other', `${method}: empty answer`));
          else resolve(response);
        },
      );
      const cancel = (): void => call.cancel();
      if (signal?.aborted === true) cancel();
      else signal?.addEventListener('abort', cancel, { once: true });
    });
  };
  const callPatiently = async <Response>(
    method: CriMethod,
    request: object,
    options: CriCallOptions,
  ): Promise<Response> => {
    const end = clock.monotonic() + (options.timeoutMs ?? PATIENCE_MS);
    for (;;) {
      const left = end - clock.monotonic();
      try {
        return await callOnce<Response>(method, request, { ...options, timeoutMs: Math.max(left, 1) });
      } catch (error) {
        if (left < PATIENT_RETRY_MS || !isAway(error)) throw error;
        await clock.sleep(PATIENT_RETRY_MS, options.signal);
      }
    }
  };

  return {
    decode: (message, bytes) => decoded(type(`containerd.${message}`), bytes),
    call: (method, request, options = {}) =>
      PATIENT.has(method) ? callPatiently(method, request, options) : callOnce(method, request, options),
    async *stream<Response>(method: CriMethod, request: object, signal: AbortSignal) {
      if (signal.aborted) return;
      const { path, metadata, serialize, deserialize } = codec<Response>(method);
      const call = client.makeServerStreamRequest<object, Response>(
        path,
        serialize,
        deserialize,
        request,
        metadata,
        {},
      );
      const cancel = (): void => call.cancel();
      signal.addEventListener('abort', cancel, { once: true });
      try {
        for await (const message of call as AsyncIterable<Response>) yield message;
      } catch (error) {
        if (!isAborted(signal)) throw runtimeError(method, error as grpc.ServiceError);
      } finally {
        signal.removeEventListener('abort', cancel);
        call.cancel();
      }
    },
    close: () => client.close(),
  };
}

/** Nobody listens, or containerd is on its way up. */
function isAway(error: unknown): boolean {
  return error instanceof RuntimeError && error.code === 'unavailable';
}

function runtimeError(method: CriMethod, error: grpc.ServiceError): RuntimeError {
  return new RuntimeError(codeOf(method, error), error.details === '' ? error.message : error.details, error);
}

function codeOf(method: CriMethod, error: grpc.ServiceError): RuntimeError['code'] {
  // Its CRI part has no code of its own for this.
  if (error.details === 'server is not initialized yet') return 'unavailable';
  switch (error.code) {
    case grpc.status.NOT_FOUND:
      return method === 'PullImage' ? 'imagePull' : 'notFound';
    case grpc.status.UNAVAILABLE:
      return 'unavailable';
    case grpc.status.UNIMPLEMENTED:
      // containerd answers before the service is there; it has all that is called here.
      return 'unavailable';
    case grpc.status.INVALID_ARGUMENT:
      return 'invalid';
    case grpc.status.DEADLINE_EXCEEDED:
      return 'deadline';
    default:
      return method === 'PullImage' ? 'imagePull' : 'other';
  }
}

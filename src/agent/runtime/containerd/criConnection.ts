import grpc from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { isAborted } from '../../../base/abort.ts';
import { RuntimeError } from '../contract.ts';
import { CRI_PROTO } from './criProto.ts';

const RUNTIME = '/runtime.v1.RuntimeService/';
const IMAGE = '/runtime.v1.ImageService/';

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
  ListContainerStats: [RUNTIME, 'Empty', 'ContainerStatsList'],
  GetContainerEvents: [RUNTIME, 'Empty', 'ContainerEvent'],
  Version: [RUNTIME, 'VersionRequest', 'VersionResponse'],
  Status: [RUNTIME, 'Empty', 'StatusResponse'],
  ListImages: [IMAGE, 'Empty', 'ImageList'],
  ImageStatus: [IMAGE, 'ImageRequest', 'ImageStatusResponse'],
  PullImage: [IMAGE, 'PullImageRequest', 'ImageRef'],
  RemoveImage: [IMAGE, 'ImageRequest', 'Empty'],
  ImageFsInfo: [IMAGE, 'Empty', 'ImageFsInfoResponse'],
  Subscribe: ['/containerd.services.events.v1.Events/', 'SubscribeRequest', 'Envelope'],
} as const;

export type CriMethod = keyof typeof METHODS;

/** Somebody waits for their answer, and they change nothing: they outlast a restart of containerd. */
const PATIENT = new Set<CriMethod>(['Exec', 'Attach', 'PortForward']);
const PATIENCE_MS = 20_000;

export interface CriCallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

/** One gRPC channel to containerd's socket; reconnects by itself. Failures are RuntimeErrors. */
export interface CriConnection {
  call<Response>(method: CriMethod, request: object, options?: CriCallOptions): Promise<Response>;
  /** A server stream; ends with the signal, throws when the stream breaks. */
  stream<Response>(method: CriMethod, request: object, signal: AbortSignal): AsyncIterable<Response>;
  decode<Message>(message: string, bytes: Uint8Array): Message;
  close(): void;
}

const DEFAULT_TIMEOUT_MS = 120_000;
/** As kubelet's limit for CRI messages (cri-client `pkg/remote_runtime.go`). */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

export function connectCri(socketPath: string): CriConnection {
  const { root } = protobuf.parse(CRI_PROTO, { keepCase: true });
  const types = new Map<string, protobuf.Type>();
  const type = (name: string): protobuf.Type => {
    let found = types.get(name);
    if (found === undefined) types.set(name, (found = root.lookupType(`runtime.v1.${name}`)));
    return found;
  };
  const decode = <Message>(name: string, bytes: Uint8Array): Message => {
    const message = type(name);
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
    const [service, request, response] = METHODS[method];
    const requestType = type(request);
    return {
      path: `${service}${method}`,
      serialize: (value: object): Buffer =>
        Buffer.from(requestType.encode(requestType.fromObject(value)).finish()),
      deserialize: (bytes: Buffer): Response => decode<Response>(response, bytes),
    };
  };

  return {
    decode,
    call<Response>(method: CriMethod, request: object, options: CriCallOptions = {}): Promise<Response> {
      const { path, serialize, deserialize } = codec<Response>(method);
      return new Promise((resolve, reject) => {
        const patient = PATIENT.has(method);
        const { signal, timeoutMs = patient ? PATIENCE_MS : DEFAULT_TIMEOUT_MS } = options;
        const call = client.makeUnaryRequest<object, Response>(
          path,
          serialize,
          deserialize,
          request,
          new grpc.Metadata({ waitForReady: patient }),
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
    },
    async *stream<Response>(method: CriMethod, request: object, signal: AbortSignal) {
      if (signal.aborted) return;
      const { path, serialize, deserialize } = codec<Response>(method);
      const call = client.makeServerStreamRequest<object, Response>(
        path,
        serialize,
        deserialize,
        request,
        new grpc.Metadata(),
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

/** True where the server does not know the method. */
export function isUnimplemented(error: unknown): boolean {
  const cause = error instanceof RuntimeError ? error.cause : error;
  return (cause as Partial<grpc.ServiceError> | undefined)?.code === grpc.status.UNIMPLEMENTED;
}

function runtimeError(method: CriMethod, error: grpc.ServiceError): RuntimeError {
  return new RuntimeError(codeOf(method, error), error.details === '' ? error.message : error.details, error);
}

function codeOf(method: CriMethod, error: grpc.ServiceError): RuntimeError['code'] {
  switch (error.code) {
    case grpc.status.NOT_FOUND:
      return method === 'PullImage' ? 'imagePull' : 'notFound';
    case grpc.status.UNAVAILABLE:
      return 'unavailable';
    case grpc.status.INVALID_ARGUMENT:
      return 'invalid';
    case grpc.status.DEADLINE_EXCEEDED:
      return 'deadline';
    default:
      return method === 'PullImage' ? 'imagePull' : 'other';
  }
}

/**
 * The part of CRI `runtime.v1` that the agent uses, in our own names: on the wire only package, service and method names
 * and field numbers count. Facts: cri-api `pkg/apis/runtime/v1/api.proto`. A text in a module, so that a bundle needs no
 * file.
 */
export const CRI_PROTO = `
syntax = "proto3";
package runtime.v1;
message Empty {}
message I64 { int64 value = 1; }
message U64 { uint64 value = 1; }
message PodMetadata { string name = 1; string uid = 2; string namespace = 3; uint32 attempt = 4; }
message ContainerMetadata { string name = 1; uint32 attempt = 2; }
message Dns { repeated string servers = 1; repeated string searches = 2; repeated string options = 3; }
message IdMapping { uint32 hostId = 1; uint32 containerId = 2; uint32 length = 3; }
message UserNamespace { int32 mode = 1; repeated IdMapping uids = 2; repeated IdMapping gids = 3; }
message Namespaces { int32 network = 1; int32 pid = 2; int32 ipc = 3; string targetId = 4; UserNamespace users = 5; }
message SeLinux { string user = 1; string role = 2; string type = 3; string level = 4; }
message Profile { int32 type = 1; string localhostRef = 2; }
message PodSecurity { Namespaces namespaces = 1; SeLinux selinux = 2; I64 runAsUser = 3; bool readonlyRootfs = 4; repeated int64 supplementalGroups = 5; bool privileged = 6; I64 runAsGroup = 8; Profile seccomp = 9; Profile apparmor = 10; }
message PodLinux { string cgroupParent = 1; PodSecurity security = 2; map<string, string> sysctls = 3; }
message PodConfig { PodMetadata metadata = 1; string hostname = 2; string logDirectory = 3; Dns dns = 4; map<string, string> labels = 6; map<string, string> annotations = 7; PodLinux linux = 8; }
message RunPodSandboxRequest { PodConfig config = 1; string runtimeHandler = 2; }
message PodSandboxId { string id = 1; }
message PodIp { string ip = 1; }
message PodNetwork { string ip = 1; repeated PodIp additionalIps = 2; }
message PodSandboxStatusRequest { string id = 1; bool verbose = 2; }
message PodSandboxStatus { string id = 1; PodMetadata metadata = 2; int32 state = 3; int64 createdAt = 4; PodNetwork network = 5; map<string, string> labels = 7; map<string, string> annotations = 8; }
message PodSandboxStatusResponse { PodSandboxStatus status = 1; }
message PodSandbox { string id = 1; PodMetadata metadata = 2; int32 state = 3; int64 createdAt = 4; map<string, string> labels = 5; map<string, string> annotations = 6; }
message PodSandboxList { repeated PodSandbox items = 1; }
message ImageSpec { string image = 1; }
message KeyValue { string key = 1; string value = 2; }
message Mount { string containerPath = 1; string hostPath = 2; bool readonly = 3; bool selinuxRelabel = 4; int32 propagation = 5; }
message Device { string containerPath = 1; string hostPath = 2; string permissions = 3; }
message Resources { int64 cpuPeriod = 1; int64 cpuQuota = 2; int64 cpuShares = 3; int64 memoryLimit = 4; int64 oomScoreAdj = 5; map<string, string> unified = 9; }
message Capabilities { repeated string add = 1; repeated string drop = 2; }
message ContainerSecurity { Capabilities capabilities = 1; bool privileged = 2; Namespaces namespaces = 3; SeLinux selinux = 4; I64 runAsUser = 5; string runAsUsername = 6; bool readonlyRootfs = 7; repeated int64 supplementalGroups = 8; bool noNewPrivs = 11; I64 runAsGroup = 12; repeated string maskedPaths = 13; repeated string readonlyPaths = 14; Profile seccomp = 15; Profile apparmor = 16; }
message ContainerLinux { Resources resources = 1; ContainerSecurity security = 2; }
message ContainerConfig { ContainerMetadata metadata = 1; ImageSpec image = 2; repeated string command = 3; repeated string args = 4; string workingDir = 5; repeated KeyValue envs = 6; repeated Mount mounts = 7; repeated Device devices = 8; map<string, string> labels = 9; map<string, string> annotations = 10; string logPath = 11; bool stdin = 12; bool stdinOnce = 13; bool tty = 14; ContainerLinux linux = 15; }
message CreateContainerRequest { string podSandboxId = 1; ContainerConfig config = 2; PodConfig sandboxConfig = 3; }
message ContainerId { string id = 1; }
message StopContainerRequest { string id = 1; int64 timeout = 2; }
message ContainerFilter { string id = 1; string podSandboxId = 3; }
message ListContainersRequest { ContainerFilter filter = 1; }
message Container { string id = 1; string podSandboxId = 2; ContainerMetadata metadata = 3; ImageSpec image = 4; string imageRef = 5; int32 state = 6; int64 createdAt = 7; map<string, string> labels = 8; map<string, string> annotations = 9; }
message ContainerList { repeated Container items = 1; }
message ContainerStatus { string id = 1; ContainerMetadata metadata = 2; int32 state = 3; int64 createdAt = 4; int64 startedAt = 5; int64 finishedAt = 6; int32 exitCode = 7; ImageSpec image = 8; string imageRef = 9; string reason = 10; string message = 11; map<string, string> labels = 12; map<string, string> annotations = 13; string logPath = 15; }
message ContainerStatusRequest { string id = 1; bool verbose = 2; }
message ContainerStatusResponse { ContainerStatus status = 1; }
message UpdateResourcesRequest { string id = 1; Resources linux = 2; }
message ExecSyncRequest { string id = 1; repeated string command = 2; int64 timeout = 3; }
message ExecSyncResponse { bytes stdout = 1; bytes stderr = 2; int32 exitCode = 3; }
message ExecRequest { string id = 1; repeated string command = 2; bool tty = 3; bool stdin = 4; bool stdout = 5; bool stderr = 6; }
message AttachRequest { string id = 1; bool stdin = 2; bool tty = 3; bool stdout = 4; bool stderr = 5; }
message PortForwardRequest { string id = 1; repeated int32 port = 2; }
message StreamUrl { string url = 1; }
message CpuUsage { int64 timestamp = 1; U64 usageNanos = 2; }
message MemoryUsage { int64 timestamp = 1; U64 workingSet = 2; }
message FilesystemUsage { int64 timestamp = 1; FilesystemId id = 2; U64 usedBytes = 3; U64 inodesUsed = 4; }
message FilesystemId { string mountpoint = 1; }
message StatsAttributes { string id = 1; ContainerMetadata metadata = 2; map<string, string> labels = 3; }
message ContainerStats { StatsAttributes attributes = 1; CpuUsage cpu = 2; MemoryUsage memory = 3; FilesystemUsage writable = 4; }
message StatsFilter { string id = 1; string podSandboxId = 2; }
message ListStatsRequest { StatsFilter filter = 1; }
message ContainerStatsList { repeated ContainerStats stats = 1; }
message VersionRequest { string version = 1; }
message VersionResponse { string version = 1; string runtimeName = 2; string runtimeVersion = 3; string runtimeApiVersion = 4; }
message RuntimeCondition { string type = 1; bool status = 2; string reason = 3; string message = 4; }
message RuntimeStatus { repeated RuntimeCondition conditions = 1; }
message StatusResponse { RuntimeStatus status = 1; }
message Image { string id = 1; repeated string tags = 2; repeated string digests = 3; uint64 size = 4; I64 uid = 5; string username = 6; bool pinned = 8; }
message ImageList { repeated Image images = 1; }
message ImageRequest { ImageSpec image = 1; }
message ImageStatusResponse { Image image = 1; }
message AuthConfig { string username = 1; string password = 2; }
message PullImageRequest { ImageSpec image = 1; AuthConfig auth = 2; }
message ImageRef { string ref = 1; }
message ImageFsInfoResponse { repeated FilesystemUsage images = 1; }
`;

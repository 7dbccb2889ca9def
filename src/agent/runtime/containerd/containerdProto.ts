/**
 * What the agent uses of containerd's own services, below CRI: tasks (the processes behind containers and sandboxes)
 * and events. In our own names, as criProto.ts. Facts: containerd `api/services/tasks/v1/tasks.proto`,
 * `api/services/events/v1/events.proto`, `api/types/task/task.proto` and `api/events/task.proto`.
 */
export const CONTAINERD_PROTO = `
syntax = "proto3";
package containerd;
message Empty {}
message Time { int64 seconds = 1; int32 nanos = 2; }
message TaskRequest { string containerId = 1; string execId = 2; }
message Task { string id = 2; uint32 pid = 3; int32 status = 4; uint32 exitStatus = 9; Time exitedAt = 10; }
message TaskResponse { Task process = 1; }
message ListTasksRequest { string filter = 1; }
message TaskList { repeated Task tasks = 1; }
message Any { string typeUrl = 1; bytes value = 2; }
message PublishRequest { string topic = 1; Any event = 2; }
message SubscribeRequest { repeated string filters = 1; }
message Envelope { string namespace = 2; string topic = 3; Any event = 4; }
message TaskStart { string containerId = 1; uint32 pid = 2; }
message TaskExit { string containerId = 1; string id = 2; uint32 pid = 3; uint32 exitStatus = 4; Time exitedAt = 5; }
message TaskOom { string containerId = 1; }
`;

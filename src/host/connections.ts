import type { Socket } from 'node:net';

export interface ConnectionLimits {
  /** All connections together: more are not taken. */
  readonly maxConnections: number;
  /** Connections whose client has not shown who it is: for one more, the oldest is given up. */
  readonly maxStrangers: number;
  /** How long a new connection may be silent: from TCP's to the first whole request head, in milliseconds. */
  readonly firstRequestMs: number;
}

interface Connection {
  readonly socket: Socket;
  /** Runs until the first request; undefined afterwards. */
  silence: NodeJS.Timeout | undefined;
}

/**
 * The connections of a listener. A socket costs memory before a client has shown who it is, and anyone who reaches the
 * port can open thousands: those who stay strangers are few, and none stays silent.
 */
export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #all = new Set<Socket>();
  /** By the addresses of both ends, the oldest first: TLS shows another socket object than TCP. */
  readonly #strangers = new Map<string, Connection>();

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  /** A new TCP connection. */
  add(socket: Socket): void {
    const { maxConnections, maxStrangers, firstRequestMs } = this.#limits;
    if (this.#all.size >= maxConnections) {
      socket.destroy();
      return;
    }
    const key = endsOf(socket);
    const silence = setTimeout(() => socket.destroy(), firstRequestMs);
    this.#all.add(socket);
    this.#strangers.set(key, { socket, silence });
    socket.once('close', () => {
      this.#all.delete(socket);
      if (this.#strangers.get(key)?.socket === socket) this.#forget(key);
    });
    const [oldest] = this.#strangers.values();
    if (this.#strangers.size > maxStrangers) oldest?.socket.destroy();
  }

  /** A first request has come over it: it may be quiet from now on. */
  spoke(socket: Socket): void {
    const connection = this.#strangers.get(endsOf(socket));
    clearTimeout(connection?.silence);
    if (connection !== undefined) connection.silence = undefined;
  }

  /** Its client has shown who it is. */
  identified(socket: Socket): void {
    this.#forget(endsOf(socket));
  }

  closeAll(): void {
    for (const socket of this.#all) socket.destroy();
  }

  #forget(key: string): void {
    clearTimeout(this.#strangers.get(key)?.silence);
    this.#strangers.delete(key);
  }
}

function endsOf({ remoteAddress = '', remotePort = 0, localAddress = '' }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}

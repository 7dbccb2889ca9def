import { type FileHandle, open, readdir, readlink } from 'node:fs/promises';
import { constants } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { HttpError } from '../httpError.ts';
import { type AgentCall, type AgentRoute, sendText } from '../route.ts';

/**
 * `/logs/`: the node's own logs, directories as lists (kubelet `server.go`, Go's file server). Links are followed as
 * far as they stay below the root: pods may write there.
 */
export function systemLogsRoute(root: string): AgentRoute {
  return {
    name: 'logs',
    async serve(call) {
      const { pathname } = call.url;
      if (call.rest.some((part) => part === '..' || part.includes('/') || part.includes('\0')))
        throw new HttpError(400, 'invalid URL path');
      const isDirectoryPath = pathname.endsWith('/');
      const file = await openBelow(root, call.rest);
      try {
        const stats = await file.stat();
        if (stats.isDirectory() !== isDirectoryPath) {
          const name = pathname.split('/').findLast((part) => part !== '') ?? '';
          redirect(call, stats.isDirectory() ? `${name}/` : `../${name}`);
        } else if (stats.isDirectory()) await sendList(call, file);
        else if (stats.isFile()) await sendFile(call, file, stats.size);
        else throw notFound();
      } finally {
        await file.close();
      }
    },
  };
}

const notFound = (): HttpError => new HttpError(404, '404 page not found');

async function openBelow(root: string, parts: readonly string[]): Promise<FileHandle> {
  // Without waiting for a writer, should it be a pipe.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  const file = await open(path.join(root, ...parts), flags).catch(() => {
    throw notFound();
  });
  // Where it led is asked of the kernel after the fact: a check before could be outrun.
  const target = await readlink(`/proc/self/fd/${file.fd}`);
  if (target === root || target.startsWith(`${root}/`)) return file;
  await file.close();
  throw notFound();
}

function redirect({ response }: AgentCall, location: string): void {
  response.writeHead(301, { location });
  response.end();
}

async function sendList(call: AgentCall, directory: FileHandle): Promise<void> {
  const entries = await readdir(`/proc/self/fd/${directory.fd}`, { withFileTypes: true });
  const names = entries.map((entry) => `${entry.name}${entry.isDirectory() ? '/' : ''}`).sort();
  const links = names.map((name) => `<a href="${encodeURI(name)}">${escaped(name)}</a>\n`);
  sendText(call, `<!doctype html>\n<pre>\n${links.join('')}</pre>\n`, 'text/html; charset=utf-8');
}

/** As much as there is now. */
async function sendFile({ response }: AgentCall, file: FileHandle, size: number): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'content-length': size });
  if (size === 0) {
    response.end();
    return;
  }
  // A client that goes away while it reads is no failure.
  await pipeline(file.createReadStream({ start: 0, end: size - 1, autoClose: false }), response).catch(
    () => undefined,
  );
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

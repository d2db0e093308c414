import type { Writable } from 'node:stream';

const HEADER_BYTES = 8;
const STDERR = 2;

/**
 * Splits what the engine sends of a container without a terminal into its two outputs. They arrive in frames: the stream's number, three
 * zeros, the length, and as many bytes. The container's program chooses how small its frames are, so however many a chunk has, it is
 * passed once, and each output gets one write. (dockerode's own function calls itself for every frame, until the stack is full.)
 */
export function demultiplex(stream: NodeJS.ReadableStream, stdout: Writable, stderr: Writable): void {
  const header = Buffer.alloc(HEADER_BYTES);
  let headerBytes = 0;
  let left = 0;
  stream.on('data', (chunk: Buffer) => {
    const pieces = new Map<Writable, Buffer[]>();
    for (let at = 0; at < chunk.length; ) {
      if (left === 0) {
        const copied = chunk.copy(header, headerBytes, at);
        at += copied;
        headerBytes = (headerBytes + copied) % HEADER_BYTES;
        if (headerBytes === 0) left = header.readUInt32BE(4);
      } else {
        const piece = chunk.subarray(at, at + left);
        at += piece.length;
        left -= piece.length;
        const output = header[0] === STDERR ? stderr : stdout;
        const earlier = pieces.get(output);
        if (earlier) earlier.push(piece);
        else pieces.set(output, [piece]);
      }
    }
    for (const [output, parts] of pieces) output.write(Buffer.concat(parts));
  });
}

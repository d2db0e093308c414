// Prints the address that others reach this machine at: the one that it would use to reach others. Sends nothing.
// Plain JavaScript, because it runs on the machine's own Node before ours is installed.
import { createSocket } from 'node:dgram';

const socket = createSocket('udp4');
socket.on('error', () => console.log('localhost'));
socket.connect(53, '192.0.2.1', () => {
  console.log(socket.address().address);
  socket.close();
});

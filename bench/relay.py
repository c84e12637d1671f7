"""A relay that stands for a long link: every byte arrives half a round trip after it was sent, in each direction.

``python -m bench.relay PORT ROUND_TRIP`` prints its own port and relays to PORT of the loopback interface; the round
trip is in seconds.

TCP's own handshake has to be made up for. Through a real link ``connect`` returns one round trip later, and only then
does a client send; to the loopback interface it returns at once. So nothing leaves this relay for the server as if it
had been sent before one round trip after the accept: the first byte arrives one and a half round trips after the
client began to connect, as it would through the link, and its answer comes back after two. TLS then pays for its
own round trips by itself, as its messages are bytes like others.

What is not modelled: bandwidth, loss, slow start (the answers here fit the first window of ten segments) and delayed
acknowledgements. A client that measures the round trip by its ``connect`` measures nothing here. Timers of the event
loop are late by up to about a millisecond on each way. All contenders meet the same link.
"""

import asyncio
import sys
from contextlib import suppress

CHUNK = 2**16


async def carry(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float, established: float = 0.0
) -> None:
    """Pass bytes on, and the end of the stream, each ``delay`` seconds after it came.

    ``established`` is the time of the loop's clock before which nothing can have been sent.
    """
    clock = asyncio.get_running_loop().time
    flying: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def arrive() -> None:
        while True:
            due, piece = await flying.get()
            await asyncio.sleep(due - clock())
            if not piece:
                break
            writer.write(piece)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()

    arriving = asyncio.create_task(arrive())
    while True:
        try:
            piece = await reader.read(CHUNK)
        except OSError:  # a reset ends the stream, too
            piece = b""
        flying.put_nowait((max(clock(), established) + delay, piece))
        if not piece:
            break
    with suppress(OSError):
        await arriving


async def listen(port: int, round_trip: float) -> asyncio.Server:
    """Relay from a free port of the loopback interface to another port of it; return the listening server."""

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        established = asyncio.get_running_loop().time() + round_trip
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.close()
            return
        there = carry(reader, far_writer, round_trip / 2, established)
        back = carry(far_reader, writer, round_trip / 2)
        await asyncio.gather(there, back)
        far_writer.close()
        writer.close()

    return await asyncio.start_server(accepted, "127.0.0.1", 0, backlog=128)


async def serve(port: int, round_trip: float) -> None:
    """Print the port of the relay, and relay until the process is ended."""
    server = await listen(port, round_trip)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))

using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Banyan.Routing.Entry.Forwarding.Direct;

/// <summary>Reads a cell's answer and copies it to the client.</summary>
internal readonly struct DirectAnswer(CellConnection connection, Exchange exchange, EntryOptions options)
{
    /// <summary>Interim answers (RFC 9110 section 15.2) that are read over.</summary>
    private const int MostInterim = 8;

    /// <summary>Past this, what was read is sent on even where more is there already.</summary>
    private const int MostHeld = 64 * 1024;

    private const int MostProblem = 16 * 1024;

    private AnswerHead Head => connection.Head;

    private bool HasBody => !HttpMethods.IsHead(exchange.Context.Request.Method) && Head.Status is not (204 or 304);

    /// <returns>False where the connection ended, or what came is not an answer.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> TryReadHeadAsync()
    {
        for (var interim = 0; interim <= MostInterim;)
        {
            var state = Head.Read(connection.Unread);
            if (state == HeadState.Invalid)
                return false;
            if (state == HeadState.Whole)
            {
                if (Head.Status >= 200)
                    return true;
                if (Head.Status == 101)
                    return false; // nobody asked
                connection.Consume(Head.Length);
                Head.Clear();
                interim++;
                continue;
            }

            if (connection.Unread.Length >= options.MaxAnswerHeadersKiB * 1024 || await connection.ReceiveAsync() == 0)
                return false;
        }

        return false;
    }

    /// <summary>Whether the cell says that it does not serve, and the request can be sent again. Where it can't, the answer is the client's all the same.</summary>
    public async ValueTask<bool> StandsAsideAsync()
    {
        if (Head.Status != 503 || Head.ContentLength is not <= MostProblem || !ContentTypeStarts("application/problem+json"u8))
            return false;
        var stands = !HasBody;
        if (HasBody)
        {
            while (connection.Unread.Length < Head.Length + Head.ContentLength)
            {
                if (await connection.ReceiveAsync(Head.Length + Head.ContentLength.Value) == 0)
                    throw new IOException("The cell broke off in its answer.");
            }

            stands = StandsAside.Is(connection.Unread.Slice(Head.Length, (int)Head.ContentLength.Value));
        }

        if (stands && exchange is { Traits.Repeatable: true, BodyKept: true })
            return true;
        exchange.CellStoodAside = stands;
        return false;
    }

    /// <summary>Copies head and body.</summary>
    /// <returns>Whether the connection can be used again.</returns>
    public ValueTask<bool> CopyAsync(string region, string served)
    {
        var response = exchange.Context.Response;
        var endless = ContentTypeStarts("text/event-stream"u8);
        connection.Phase = endless ? AnswerPhase.Endless : AnswerPhase.Coming;
        CopyHead(response, region, served);
        connection.Consume(Head.Length);
        var length = HasBody ? Head.IsChunked ? -1 : Head.ContentLength ?? -2 : 0;
        if (length < 0 || length > connection.Unread.Length)
            return CopyBodyAsync(response, length, endless);
        // All of it is here: it leaves together with its head when the request ends.
        if (length > 0)
        {
            var starting = response.StartAsync();
            if (!starting.IsCompletedSuccessfully)
                return CopyBodyAsync(response, length, endless, starting);
            response.BodyWriter.Write(connection.Unread[..(int)length]);
            connection.Consume((int)length);
        }

        return new ValueTask<bool>(!Head.Closes && connection.Unread.IsEmpty);
    }

    private void CopyHead(HttpResponse response, string region, string served)
    {
        response.StatusCode = Head.Status;
        var headers = response.Headers;
        var bytes = connection.Unread;
        var strings = connection.Strings;
        string? nominated = null;
        var fields = Head.Fields;
        for (var i = 0; i < fields.Length; i++)
        {
            if (fields[i].NameLength == 10 && Ascii.EqualsIgnoreCase(bytes.Slice(fields[i].NameAt, 10), "Connection"u8))
                nominated = $"{nominated},{Encoding.Latin1.GetString(bytes.Slice(fields[i].ValueAt, fields[i].ValueLength))}";
        }

        for (var i = 0; i < fields.Length; i++)
        {
            var field = fields[i];
            var (name, endsHere) = strings.Name(i, bytes.Slice(field.NameAt, field.NameLength));
            if (endsHere || (nominated is not null && HopByHop.Nominates(nominated, name)) || (field.NameLength == 14 && string.Equals(name, "Content-Length", StringComparison.OrdinalIgnoreCase)))
                continue;
            var value = strings.Value(i, bytes.Slice(field.ValueAt, field.ValueLength));
            if (IsFirst(fields, i, bytes))
                headers[name] = value;
            else
                headers.Append(name, value);
        }

        if (Head.Status != 204)
            response.ContentLength = Head.ContentLength;
        headers[EntryHeaders.Region] = region;
        if (served != region)
            headers[EntryHeaders.ServedBy] = served;
    }

    private static bool IsFirst(ReadOnlySpan<AnswerHead.Field> fields, int place, ReadOnlySpan<byte> bytes)
    {
        var name = bytes.Slice(fields[place].NameAt, fields[place].NameLength);
        for (var i = 0; i < place; i++)
        {
            if (fields[i].NameLength == name.Length && Ascii.EqualsIgnoreCase(bytes.Slice(fields[i].NameAt, name.Length), name))
                return false;
        }

        return true;
    }

    private bool ContentTypeStarts(ReadOnlySpan<byte> type)
    {
        var bytes = connection.Unread;
        foreach (var field in Head.Fields)
        {
            if (field.NameLength == 12 && field.ValueLength >= type.Length && Ascii.EqualsIgnoreCase(bytes.Slice(field.NameAt, 12), "Content-Type"u8))
                return Ascii.EqualsIgnoreCase(bytes.Slice(field.ValueAt, type.Length), type);
        }

        return false;
    }

    /// <param name="length">Of the body; -1 where it comes in chunks, -2 where it ends with the connection.</param>
    private async ValueTask<bool> CopyBodyAsync(HttpResponse response, long length, bool endless, Task? starting = null)
    {
        await (starting ?? response.StartAsync());
        var writer = response.BodyWriter;
        var left = length >= 0 ? length : long.MaxValue;
        var held = 0;
        connection.Chunks.Clear();
        while (true)
        {
            if (length == -1)
            {
                if (!connection.Chunks.TryRead(connection.Unread, out var consumed, out var piece))
                    throw new IOException("The cell's answer is not in the chunked coding.");
                writer.Write(piece);
                held += piece.Length;
                connection.Consume(consumed);
                if (connection.Chunks.IsEnd)
                    break;
                if (consumed > 0)
                    continue;
            }
            else
            {
                var piece = connection.Unread[..(int)Math.Min(connection.Unread.Length, left)];
                writer.Write(piece);
                held += piece.Length;
                left -= piece.Length;
                connection.Consume(piece.Length);
                if (left == 0)
                    break;
            }

            var receiving = endless && connection.Unread.IsEmpty ? WaitAsync() : connection.ReceiveAsync(length >= 0 ? left : MostHeld);
            if (held > MostHeld || (held > 0 && !receiving.IsCompleted))
            {
                if (await IsGoneAsync(writer))
                {
                    // What is being received goes to a buffer of the connection's: not before that has ended may it be given back.
                    connection.End(ConnectionEnd.ClientGone);
                    await receiving;
                    throw new IOException("The client is gone.");
                }

                held = 0;
            }

            if (await receiving == 0)
            {
                if (length != -2)
                    throw new IOException("The cell broke off in its answer.");
                return false;
            }
        }

        // Kestrel flushes by itself only what leaves together with its headers: the rest would wait for the connection's next
        // answer. Whether the client is gone is of no interest any more.
        if (held > 0)
            await IsGoneAsync(writer);
        return !Head.Closes && connection.Unread.IsEmpty;
    }

    private static async ValueTask<bool> IsGoneAsync(PipeWriter writer)
    {
        try
        {
            return (await writer.FlushAsync()).IsCompleted;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            return true;
        }
    }

    /// <summary>A stream at rest holds no buffer.</summary>
    private async ValueTask<int> WaitAsync()
    {
        await connection.WaitAsync();
        return await connection.ReceiveAsync();
    }
}

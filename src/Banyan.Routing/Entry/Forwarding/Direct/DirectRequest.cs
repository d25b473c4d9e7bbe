using System.IO.Pipelines;
using Banyan.Routing.Entry.Routes;
using Microsoft.AspNetCore.Http;

namespace Banyan.Routing.Entry.Forwarding.Direct;

/// <summary>Writes a request to a cell: its head and what is there of its body in one piece, the rest as it comes.</summary>
internal static class DirectRequest
{
    /// <returns>False where the client's body broke.</returns>
    public static ValueTask<bool> TrySendAsync(CellConnection connection, Exchange exchange, CellAddress cell)
    {
        var context = exchange.Context;
        var method = context.Request.Method;
        var traits = exchange.Traits;
        long? length = traits.HasBody ? traits.BodyLength : HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) ? null : 0;
        var head = RequestBytes.Write(context, cell, exchange.Target, length, ref connection.Sending);
        if (traits.HasBody)
            return SendWithBodyAsync(connection, exchange, head);
        var sending = connection.SendAsync(connection.Sending.AsMemory(0, head));
        if (!sending.IsCompletedSuccessfully)
            return AwaitAsync(sending);
        sending.GetAwaiter().GetResult();
        return new ValueTask<bool>(true);

        static async ValueTask<bool> AwaitAsync(ValueTask sending)
        {
            await sending;
            return true;
        }
    }

    private static async ValueTask<bool> SendWithBodyAsync(CellConnection connection, Exchange exchange, int head)
    {
        var reader = exchange.Context.Request.BodyReader;
        var kept = exchange.Kept;
        var pending = head;
        if (kept is not null)
        {
            foreach (var piece in kept.Pieces)
                pending = await SendAsync(connection, pending, piece);
        }

        while (kept is not { IsWhole: true })
        {
            var reading = reader.ReadAsync();
            if (!reading.IsCompleted)
            {
                pending = await SendAsync(connection, pending, default);
                connection.Wait();
            }

            ReadResult read;
            try
            {
                read = await reading;
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                exchange.BadBodyStatus = e is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status400BadRequest;
                return false;
            }

            try
            {
                foreach (var segment in read.Buffer)
                {
                    kept?.Add(segment.Span); // before it is sent: what the cell has is never more than what is kept
                }

                if (read.IsCompleted)
                    kept?.End();
                foreach (var segment in read.Buffer)
                    pending = await SendAsync(connection, pending, segment);
            }
            finally
            {
                reader.AdvanceTo(read.Buffer.End);
            }

            if (read.IsCompleted)
                break;
        }

        if (pending > 0)
            await SendAsync(connection, pending, default);
        return true;
    }

    /// <summary>Sends what is pending and a piece, together where the piece fits behind it.</summary>
    private static async ValueTask<int> SendAsync(CellConnection connection, int pending, ReadOnlyMemory<byte> piece)
    {
        if (pending > 0 && piece.Length > 0 && piece.Length <= connection.Sending.Length - pending)
        {
            piece.CopyTo(connection.Sending.AsMemory(pending));
            return pending + piece.Length;
        }

        if (pending > 0)
            await connection.SendAsync(connection.Sending.AsMemory(0, pending));
        if (piece.Length > 0)
            await connection.SendAsync(piece);
        return 0;
    }
}

using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace Banyan.Routing.Entry.Forwarding;

/// <summary>Copies a cell's answer to the client.</summary>
internal static class Answer
{
    /// <summary>Past this, what was read is sent on even where more is there already.</summary>
    private const int MostHeld = 64 * 1024;

    public static void CopyHead(HttpResponseMessage from, HttpResponse to, string region, string served)
    {
        to.StatusCode = (int)from.StatusCode;
        var headers = to.Headers;
        var nominated = from.Headers.NonValidated.TryGetValues("Connection", out var connection) ? connection.ToString() : null;
        Copy(from.Headers.NonValidated, headers, nominated);
        Copy(from.Content.Headers.NonValidated, headers, nominated);
        headers[EntryHeaders.Region] = region;
        if (served != region)
            headers[EntryHeaders.ServedBy] = served;
        if (from.StatusCode == System.Net.HttpStatusCode.SwitchingProtocols && from.Headers.NonValidated.TryGetValues("Upgrade", out var protocol))
            headers.Upgrade = protocol.ToString();
    }

    /// <summary>Server-Sent Events: an answer without an end.</summary>
    public static bool IsEventStream(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var type) && type.ToString().StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Sends each piece on as soon as the cell pauses. Waits on an empty read, so a stream at rest holds no buffer; a whole
    /// answer that is there already leaves in one piece with its headers.
    /// </summary>
    public static async Task CopyBodyAsync(Stream from, HttpResponse to, CancellationToken cancellationToken)
    {
        await to.StartAsync(cancellationToken);
        var writer = to.BodyWriter;
        var held = 0;
        while (true)
        {
            var ready = from.ReadAsync(Memory<byte>.Empty, cancellationToken);
            if (held > MostHeld || !ready.IsCompleted)
            {
                await writer.FlushAsync(cancellationToken);
                held = 0;
            }

            await ready;
            var read = await from.ReadAsync(writer.GetMemory(), cancellationToken);
            if (read == 0)
            {
                // Kestrel flushes by itself only what leaves together with its headers: the rest would wait for the connection's next answer.
                if (held > 0)
                    await writer.FlushAsync(cancellationToken);
                return;
            }

            writer.Advance(read);
            held += read;
        }
    }

    /// <summary>Trailers reach clients of HTTP/2; in HTTP/1.1 they end here, which RFC 9110 section 6.5.1 allows.</summary>
    public static void CopyTrailers(HttpResponseMessage from, HttpResponse to)
    {
        if (!to.SupportsTrailers())
            return;
        foreach (var (name, values) in from.TrailingHeaders.NonValidated)
            to.AppendTrailer(name, values.ToArray());
    }

    private static void Copy(HttpHeadersNonValidated from, IHeaderDictionary to, string? nominated)
    {
        foreach (var (name, values) in from)
        {
            if (HopByHop.EndsHereInResponse(name) || (nominated is not null && HopByHop.Nominates(nominated, name)))
                continue;
            to[name] = values.Count == 1 ? values.ToString() : values.ToArray();
        }
    }
}

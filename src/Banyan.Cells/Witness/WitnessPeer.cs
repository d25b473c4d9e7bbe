using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Banyan.Journal.Log.Cosigning;
using Banyan.Journal.Log.Notes;

namespace Banyan.Cells.Witness;

/// <summary>Another region's witness, as a log's writer asks it. One request of a log at a time. Thread-safe.</summary>
internal sealed class WitnessPeer(string region, Uri cell, VerifierKey key, HttpClient http) : IDisposable
{
    private const int MostTries = 3;
    private const int LongestAnswer = SignedNote.MostBytes;

    private readonly string _prefix = new Uri(cell, WitnessEndpoints.Prefix.TrimStart('/')).AbsoluteUri;
    private readonly SemaphoreSlim _alone = new(1, 1);
    private readonly Dictionary<string, long> _sizes = new(StringComparer.Ordinal); // under _alone

    public string Region => region;

    /// <summary>Asks for a cosignature; <see cref="PeerAnswer.Lags"/> at once where another request is still under way.</summary>
    public async Task<PeerAnswer> AskAsync(CosigningRequest request, CancellationToken cancellationToken)
    {
        if (!await _alone.WaitAsync(TimeSpan.Zero, CancellationToken.None))
            return PeerAnswer.Lags("is still busy with the checkpoint before");
        try
        {
            return await AskAloneAsync(request, cancellationToken);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            return PeerAnswer.Lags(error is OperationCanceledException ? "does not answer in time" : $"can't be asked ({error.Message.TrimEnd('.')})");
        }
        finally
        {
            _alone.Release();
        }
    }

    /// <summary>The newest checkpoint that it has cosigned, its own signature checked; null where it knows none.</summary>
    /// <exception cref="HttpRequestException">It can't be asked, or answers something else.</exception>
    public async Task<SignedNote?> NewestAsync(string origin, CancellationToken cancellationToken)
    {
        using var answer = await http.GetAsync(new Uri($"{_prefix}/{WitnessStore.NameOf(origin)}/checkpoint"), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return null;
        answer.EnsureSuccessStatusCode();
        var bytes = await ReadAsync(answer, cancellationToken);
        if (!SignedNote.TryParse(bytes, out var note, out var problem))
            throw new HttpRequestException($"what the witness of {region} shows {problem}");
        return note.Verify([key]).Holds ? note : throw new HttpRequestException($"what the witness of {region} shows is not signed by it");
    }

    public void Dispose() => _alone.Dispose();

    private async Task<PeerAnswer> AskAloneAsync(CosigningRequest request, CancellationToken cancellationToken)
    {
        var (origin, size) = (request.Checkpoint.Origin, request.Checkpoint.Size);
        for (var attempt = 0; attempt < MostTries; attempt++)
        {
            var old = _sizes.GetValueOrDefault(origin);
            if (old > size)
                return await OfLargerAsync(origin, old, cancellationToken);
            var proof = old == 0 ? [] : await request.ProveAsync(old, cancellationToken);
            using var content = new ByteArrayContent(new AddCheckpointBody(old, proof, request.Note).ToBytes()) { Headers = { ContentType = new MediaTypeHeaderValue("text/plain", "utf-8") } };
            using var answer = await http.PostAsync(new Uri(_prefix + "/add-checkpoint"), content, cancellationToken);
            var body = await ReadAsync(answer, cancellationToken);
            switch ((int)answer.StatusCode)
            {
                case 200:
                    if (Cosignature(request.Note, body) is not { } cosignature)
                        return PeerAnswer.Lied($"the witness of {region} answered a cosignature of {origin} that is not its own");
                    _sizes[origin] = size;
                    return PeerAnswer.Of(cosignature);
                case 409 when Checkpoint.TrySize(Encoding.ASCII.GetString(body).TrimEnd('\n'), out var theirs) && theirs != old:
                    _sizes[origin] = theirs;
                    continue;
                case 422:
                    return PeerAnswer.Refuses(await ShownAsync(origin, cancellationToken), string.Create(CultureInfo.InvariantCulture, $"the witness of {region} finds that checkpoint {size} of {origin} does not begin with the one of size {old} that it has cosigned"));
                case 403 or 404:
                    return PeerAnswer.Lags($"does not know the log or its key ({(int)answer.StatusCode}): it was started with other log keys");
                default:
                    return PeerAnswer.Lags(string.Create(CultureInfo.InvariantCulture, $"answers {(int)answer.StatusCode}"));
            }
        }

        return PeerAnswer.Lags("says another size at each try");
    }

    /// <summary>It says that it has cosigned more than we have: then it can show it, signed by a writer, and our tree is not the log's; or it can't, and it lies.</summary>
    private async Task<PeerAnswer> OfLargerAsync(string origin, long size, CancellationToken cancellationToken)
    {
        _sizes.Remove(origin); // Asked again the next time: what it says may change.
        return PeerAnswer.Refuses(
            await ShownAsync(origin, cancellationToken),
            string.Create(CultureInfo.InvariantCulture, $"the witness of {region} says that it has cosigned a checkpoint of {origin} of size {size}, which is more than the log has here"));
    }

    private async Task<SignedNote?> ShownAsync(string origin, CancellationToken cancellationToken)
    {
        try
        {
            return await NewestAsync(origin, cancellationToken);
        }
        catch (HttpRequestException)
        {
            return null; // It refuses, and does not show why: the caller says so.
        }
    }

    private NoteSignature? Cosignature(SignedNote note, byte[] body)
    {
        var signatures = Encoding.UTF8.GetString(body).Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(SignedNote.MostSignatures).Select(NoteSignature.Parse).OfType<NoteSignature>();
        var check = note.WithOnly(signatures).Verify([key]);
        return check.Holds ? check.Verified[0].Signature : null;
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var bytes = new byte[LongestAnswer];
        var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        return length < bytes.Length ? bytes[..length] : throw new HttpRequestException("a witness answers at length");
    }
}

/// <summary>What came of asking one witness. Immutable.</summary>
internal sealed record PeerAnswer
{
    /// <summary>The cosignature; null where there is none.</summary>
    public NoteSignature? Cosignature { get; private init; }

    /// <summary>Why there is none, in words that go on after its region.</summary>
    public string? Lagging { get; private init; }

    /// <summary>It refused: what was found, as a sentence.</summary>
    public string? Refusal { get; private init; }

    /// <summary>The checkpoint that it has cosigned and that ours does not fit; null where it shows none.</summary>
    public SignedNote? Shown { get; private init; }

    /// <summary>It does what no witness does: what, as a sentence.</summary>
    public string? Lie { get; private init; }

    public static PeerAnswer Of(NoteSignature cosignature) => new() { Cosignature = cosignature };

    public static PeerAnswer Lags(string why) => new() { Lagging = why };

    public static PeerAnswer Refuses(SignedNote? shown, string finding) => new() { Refusal = finding, Shown = shown };

    public static PeerAnswer Lied(string finding) => new() { Lie = finding };
}

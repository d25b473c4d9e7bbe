using System.Globalization;
using System.Text.Json;
using Banyan.Control.Drills.Checking;

namespace Banyan.Control.Drills.Load;

/// <summary>Looks every change of a run up, once the drill is over: by the same way that its clients came.</summary>
internal sealed class LoadLookup(LoadRun run, IReadOnlyList<Uri> doors, TimeProvider time) : IDisposable
{
    /// <summary>The platform may be busy with rebuilding; a lookup is worth a wait.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(250);

    private readonly LoadConnection _connection = new(doors, keep: true);

    /// <summary>Every row of the run's clients.</summary>
    /// <exception cref="DrillException">The platform does not give them.</exception>
    public async Task<IReadOnlyList<FoundRow>> ReadRowsAsync(IReadOnlyDictionary<int, long> sent, CancellationToken cancellationToken)
    {
        var rows = new List<FoundRow>();
        foreach (var (client, highest) in sent)
        {
            for (var after = 0L; after < highest;)
            {
                var page = await GetAsync(string.Create(CultureInfo.InvariantCulture, $"marks?client={client}&after={after}"), cancellationToken);
                rows.AddRange(page.GetProperty("marks").EnumerateArray().Select(m => new FoundRow(client, m[0].GetInt64(), m[1].GetGuid())));
                after = page.GetProperty("through").GetInt64();
            }
        }

        return rows;
    }

    /// <summary>Every entry of the run in the journal; read again until it has at least as many as there are rows, since positions are given just after the commit.</summary>
    /// <exception cref="DrillException">The platform does not give them.</exception>
    public async Task<IReadOnlyList<FoundEntry>> ReadEntriesAsync(int rows, CancellationToken cancellationToken)
    {
        var entries = new List<FoundEntry>();
        var after = 0L;
        for (var tries = 0; ; tries++)
        {
            bool more;
            do
            {
                var page = await GetAsync(string.Create(CultureInfo.InvariantCulture, $"journal?after={after}"), cancellationToken);
                entries.AddRange(page.GetProperty("entries").EnumerateArray().Select(static e => new FoundEntry(
                    e.GetProperty("position").GetInt64(), e.GetProperty("mark").GetProperty("client").GetInt32(), e.GetProperty("mark").GetProperty("seq").GetInt64(), e.GetProperty("id").GetGuid())));
                after = page.GetProperty("through").GetInt64();
                more = page.GetProperty("more").GetBoolean();
            }
            while (more);

            if (entries.Count >= rows || tries == 20)
                return entries;
            await Task.Delay(BetweenTries, time, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            string failure;
            try
            {
                using var answer = await _connection.SendAsync(door => run.Request(HttpMethod.Get, door, path), HttpCompletionOption.ResponseContentRead, cancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
                    return json.RootElement.Clone();
                }

                failure = $"it answers {(int)answer.StatusCode}";
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                failure = broken.GetBaseException().Message;
            }

            if (time.GetElapsedTime(began) > Patience)
                throw new DrillException($"the changes of the drill can't be looked up in {run.Region}: {failure}");
            await Task.Delay(BetweenTries, time, cancellationToken);
        }
    }
}

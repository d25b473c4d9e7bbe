using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Banyan.Bench.Running;
using Banyan.Engines.Signing;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Tiles;
using Banyan.Journal.Log.Trust;
using Banyan.Journal.Log.Verifying;

namespace Banyan.Bench.Verify;

/// <summary>
/// Entries verified per second and core: a log in a folder, its leaves as long as ours are, on one core and on all. The peer is
/// what the hashes alone take: SHA-256 of the same leaves and of a node for each, without files, tiles and comparing.
/// </summary>
internal static class VerifyBench
{
    private const string Origin = "banyan/bench/north";

    /// <summary>Arguments: <c>--entries N</c> (1,000,000), <c>--rounds N</c> (3).</summary>
    public static async Task RunAsync(BenchRun run)
    {
        var entries = run.Option("--entries", run.Pick(1_000_000, 50_000));
        var rounds = run.Option("--rounds", run.Pick(3, 1));
        var folder = Directory.CreateTempSubdirectory("banyan-bench-verify-").FullName;
        try
        {
            using var key = SigningKey.Generate();
            var signer = NoteSigner.OfLog(Origin, key);
            Write(folder, entries, signer);
            var trust = new LogTrust(Origin, [new LogParty("north", signer.Key)], [], Quorum: 0);
            var (alone, all, hashes) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round < rounds; round++)
            {
                hashes.Add(HashAlone(entries));
                alone.Add(await VerifyAsync(folder, trust, entries, parallelism: 1));
                all.Add(await VerifyAsync(folder, trust, entries, Environment.ProcessorCount));
            }

            run.Report(new Figure
            {
                Name = "verify-entries",
                Ours = Statistics.Median(alone),
                Unit = "/s",
                Peer = Statistics.Median(hashes),
                PeerName = "its hashes alone",
                Note = string.Create(CultureInfo.InvariantCulture, $"one core; {Environment.ProcessorCount} cores {Figure.Number(Statistics.Median(all))}/s; entries={entries}"),
            });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> VerifyAsync(string folder, LogTrust trust, long entries, int parallelism)
    {
        var clock = Stopwatch.StartNew();
        var report = await new LogVerifier(new FolderTileSource(folder), trust) { Parallelism = parallelism }.VerifyAsync(CancellationToken.None);
        if (report.Problems.Count > 0 || report.Entries != entries)
            throw new InvalidOperationException($"the log does not hold: {report.Problems.FirstOrDefault()?.Message}");
        return entries / clock.Elapsed.TotalSeconds;
    }

    private static double HashAlone(int entries)
    {
        var leaf = Leaf(1);
        var node = new byte[65];
        Span<byte> hash = stackalloc byte[32];
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < entries; i++)
        {
            SHA256.HashData(leaf, hash);
            SHA256.HashData(node, hash);
        }

        return entries / clock.Elapsed.TotalSeconds;
    }

    private static void Write(string folder, int entries, NoteSigner signer)
    {
        var range = new CompactRange();
        var tiles = new Dictionary<(int Level, long Index), List<byte>>();
        var bundle = new List<ReadOnlyMemory<byte>>();
        for (var i = 0; i < entries; i++)
        {
            var leaf = Leaf(i);
            bundle.Add(leaf);
            range.Append(MerkleHasher.HashLeaf(leaf), Visit);
            if (bundle.Count == TileId.FullWidth || i == entries - 1)
            {
                Put(new TileId(TileId.Entries, i / TileId.FullWidth, bundle.Count), EntryBundle.Encode(bundle));
                bundle.Clear();
            }
        }

        foreach (var ((level, index), hashes) in tiles)
            Put(new TileId(level, index, hashes.Count / MerkleHash.Length), [.. hashes]);
        File.WriteAllBytes(Path.Combine(folder, FolderTileSource.CheckpointName), SignedNote.Sign(new Checkpoint(Origin, entries, range.Root).Text, signer).ToBytes());

        void Visit(int level, long index, in MerkleHash hash)
        {
            if (level % 8 != 0)
                return;
            var at = (level / 8, index / TileId.FullWidth);
            if (!tiles.TryGetValue(at, out var tile))
                tiles[at] = tile = new List<byte>(TileId.FullWidth * MerkleHash.Length);
            tile.AddRange(hash.ToArray());
        }

        void Put(TileId id, byte[] bytes)
        {
            var file = Path.Combine(folder, id.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, bytes);
        }
    }

    private static byte[] Leaf(int i) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"{{\"commitment\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"content_type\":\"application/json\",\"epoch\":1,\"id\":\"0192f3a4-5b6c-7d8e-9f00-{i:x12}\",\"partition\":\"north\",\"position\":{i + 1},\"recorded_at\":\"2026-11-21T15:00:00.123456Z\",\"topic\":\"climate.readings\",\"type\":\"banyan.climate.readings.v1\",\"v\":1}}"));
}

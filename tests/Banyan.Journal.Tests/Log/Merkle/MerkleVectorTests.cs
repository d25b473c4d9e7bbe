using System.Security.Cryptography;
using System.Text.Json;
using Banyan.Journal.Log.Merkle;
using Banyan.Testing;

namespace Banyan.Journal.Tests.Log.Merkle;

/// <summary>transparency-dev/merkle's vectors: every proof is shown to the checks.</summary>
public class MerkleVectorTests
{
    [Fact]
    public void CheckInclusion_EveryVector_AsItSays()
    {
        var wrong = new List<string>();
        var seen = Each("inclusion", (name, vector) =>
        {
            var held = Hash(vector, "leafHash") is { } leaf && Hash(vector, "root") is { } root && Proof(vector) is { } proof
                && MerkleProofs.CheckInclusion(leaf, Number(vector, "leafIdx"), Number(vector, "treeSize"), proof, root) == ProofFault.None;
            if (held == vector.GetProperty("wantErr").GetBoolean())
                wrong.Add(name);
        });

        wrong.ShouldBeEmpty();
        seen.ShouldBeGreaterThan(60);
    }

    [Fact]
    public void CheckConsistency_EveryVector_AsItSays()
    {
        var wrong = new List<string>();
        var seen = Each("consistency", (name, vector) =>
        {
            var held = Hash(vector, "root1", anyLength: true) is { } root1 && Hash(vector, "root2", anyLength: true) is { } root2 && Proof(vector) is { } proof
                && MerkleProofs.CheckConsistency(Number(vector, "size1"), root1, Number(vector, "size2"), root2, proof) == ProofFault.None;
            if (held == vector.GetProperty("wantErr").GetBoolean())
                wrong.Add(name);
        });

        wrong.ShouldBeEmpty();
        seen.ShouldBeGreaterThan(60);
    }

    private static int Each(string kind, Action<string, JsonElement> check)
    {
        var folder = SharedVectors.Find($"merkle/testdata/{kind}");
        Assert.SkipWhen(folder is null, "The shared vectors are not here.");
        var files = Directory.GetFiles(folder!, "*.json", SearchOption.AllDirectories);
        foreach (var file in files)
        {
            using var vector = JsonDocument.Parse(File.ReadAllText(file));
            check(Path.GetRelativePath(folder!, file), vector.RootElement);
        }

        return files.Length;
    }

    private static long Number(JsonElement vector, string name) => vector.GetProperty(name).TryGetInt64(out var number) ? number : -1; // Above 2^63: no size of ours.

    /// <summary>Null where it is no hash; some roots are texts of other lengths that only have to be the same, or not.</summary>
    private static MerkleHash? Hash(JsonElement vector, string name, bool anyLength = false)
    {
        var bytes = vector.GetProperty(name) is { ValueKind: JsonValueKind.String } text ? text.GetBytesFromBase64() : [];
        return bytes.Length == MerkleHash.Length ? new MerkleHash(bytes) : anyLength ? new MerkleHash(SHA256.HashData(bytes)) : null;
    }

    private static MerkleHash[]? Proof(JsonElement vector)
    {
        if (vector.GetProperty("proof").ValueKind != JsonValueKind.Array)
            return [];
        var hashes = vector.GetProperty("proof").EnumerateArray().Select(static h => h.GetBytesFromBase64()).ToArray();
        return hashes.All(static h => h.Length == MerkleHash.Length) ? [.. hashes.Select(static h => new MerkleHash(h))] : null;
    }
}

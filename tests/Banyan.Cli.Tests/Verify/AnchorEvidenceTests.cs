using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Banyan.Journal.Log.Proofs;

namespace Banyan.Cli.Tests.Verify;

/// <summary>Evidence of anchors, in a file beside a copy and in an auditor's file: it needs no chain, and whatever of it is altered is found and named.</summary>
public class AnchorEvidenceTests(AnchorEvidenceTests.Files files) : IClassFixture<AnchorEvidenceTests.Files>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>What of the evidence is altered, and what has to be said.</summary>
    public static TheoryData<string, string, string> Tampered => new()
    {
        { "root", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"", "300 entries with root " },
        { "size", "299", "300 entries with root " },
        { "block", "1", "its header is of block " },
        { "block_hash", "\"0x1111111111111111111111111111111111111111111111111111111111111111\"", "its header is not that of block 0x1111" },
        { "transaction", "\"0x1111111111111111111111111111111111111111111111111111111111111111\"", "its transaction is 0x" },
        { "at", "\"2020-01-01T00:00:00+00:00\"", "and it says 2020-01-01T00:00:00Z" },
        { "chain", "1", "its transaction was signed for chain 31337000, and it says chain 1" },
        { "contract", "\"0x1111111111111111111111111111111111111111\"", "its event was told by 0x" },
        { "log", "\"banyan/kai/south\"", "it is of another log than banyan/kai/south" },
        { "proof.index", "1", "the proof of the receipt " },
        { "proof.event", "1", "the receipt has no event 1" },
        { "proof.header", "flip", "the proof of the receipt has a node (0) that is not the one that the hash above it is of" },
        { "proof.receipt", "flip", "the proof of the receipt has a node" },
        { "proof.transaction", "flip", "the proof of the transaction has a node" },
    };

    [Fact]
    public async Task Verify_EvidenceBesideACopy_NeedsNoChain()
    {
        var folder = files.Copy();
        var (exit, output, error) = await AnchoredLog.RunAsync("verify", folder, "--keys", files.Log.KeysFile, "--format", "json", "--require-anchor");
        exit.ShouldBe(0, error);
        JsonDocument.Parse(output).RootElement.GetProperty("anchors").GetInt32().ShouldBe(1);
        error.ShouldContain("that the chain has it is asked of a node with --chain URL");
    }

    [Theory]
    [MemberData(nameof(Tampered))]
    public async Task Verify_TamperedAnchorBesideACopy_IsFoundAndNamed(string field, string becomes, string says)
    {
        var folder = files.Copy();
        var file = Path.Combine(folder, "anchors.json");
        var json = JsonNode.Parse(await File.ReadAllTextAsync(file, Stop))!;
        Alter(json[0]!, field, becomes);
        await File.WriteAllTextAsync(file, json.ToJsonString(), Stop);

        var (exit, output, _) = await AnchoredLog.RunAsync("verify", folder, "--keys", files.Log.KeysFile, "--format", "json");

        exit.ShouldBe(1);
        var problems = JsonDocument.Parse(output).RootElement.GetProperty("problems").EnumerateArray().Select(static p => (Place: p.GetProperty("place").GetString(), Message: p.GetProperty("message").GetString()!)).ToList();
        problems.ShouldAllBe(static p => p.Place == "anchor");
        problems.ShouldContain(p => p.Message.Contains(says, StringComparison.Ordinal), string.Join('\n', problems));
    }

    [Theory]
    [InlineData("[")]
    [InlineData("[{}]")]
    [InlineData("[{\"chain\":1}]")]
    public async Task Verify_EvidenceThatIsNone_IsNamed(string content)
    {
        var folder = files.Copy();
        await File.WriteAllTextAsync(Path.Combine(folder, "anchors.json"), content, Stop);
        var (exit, output, _) = await AnchoredLog.RunAsync("verify", folder, "--keys", files.Log.KeysFile);
        exit.ShouldBe(1);
        output.ShouldContain("anchors.json ");
    }

    [Fact]
    public async Task VerifyFile_WithItsAnchor_HoldsWithNothingElse_AndWithTheChain()
    {
        var file = await files.WriteAsync(files.Proof);
        var (exit, output, error) = await AnchoredLog.RunAsync("verify", file, "--format", "json", "--require-anchor");
        exit.ShouldBe(0, output);
        JsonDocument.Parse(output).RootElement.GetProperty("anchors").GetInt32().ShouldBe(1);
        error.ShouldContain("that the chain has this block is asked of a node with --chain URL");

        (exit, output, error) = await AnchoredLog.RunAsync("verify", file, "--keys", files.Log.KeysFile, "--chain", files.Log.Node.Address.ToString());
        exit.ShouldBe(0, output);
        output.ShouldContain("1 anchors");
        error.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Tampered))]
    public async Task VerifyFile_TamperedAnchor_IsFoundAndNamed(string field, string becomes, string says)
    {
        var json = JsonNode.Parse(files.Proof.ToJson())!;
        Alter(json["anchor"]!["evidence"]!, field, becomes);
        var file = await files.WriteAsync(json);
        var (exit, output, _) = await AnchoredLog.RunAsync("verify", file, "--keys", files.Log.KeysFile);
        exit.ShouldBe(1);
        output.ShouldContain("the anchor: ");
        output.ShouldContain(says);
    }

    [Fact]
    public async Task VerifyFile_TamperedWayToTheAnchor_IsFoundAndNamed()
    {
        var json = JsonNode.Parse(files.Proof.ToJson())!;
        json["anchor"]!["inclusion"]![0] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        var (exit, output, _) = await AnchoredLog.RunAsync("verify", await files.WriteAsync(json), "--keys", files.Log.KeysFile);
        exit.ShouldBe(1);
        output.ShouldContain("the inclusion proof does not lead from the leaf to the anchored root of 300 entries");
    }

    /// <summary>A file from before there were anchors, and of a platform without a chain.</summary>
    [Fact]
    public async Task VerifyFile_WithoutAnAnchor_HoldsAsBefore_UnlessOneIsRequired()
    {
        var file = await files.WriteAsync(files.Proof with { Anchor = null });
        var (exit, _, error) = await AnchoredLog.RunAsync("verify", file, "--keys", files.Log.KeysFile);
        exit.ShouldBe(0);
        error.ShouldContain("holds no anchor: its checkpoint is believed by its signatures alone");
        (await AnchoredLog.RunAsync("verify", file, "--keys", files.Log.KeysFile, "--require-anchor")).Exit.ShouldBe(1);
    }

    /// <summary>Whoever has a chain and a contract of his own can anchor anything there: the keys say which contract is the platform's.</summary>
    [Fact]
    public async Task VerifyFile_AnchoredSomewhereElse_IsFoundAndNamed()
    {
        await using var elsewhere = await AnchoredLog.StartAsync(40, 40);
        var keys = JsonNode.Parse(elsewhere.Keys.ToJson())!;
        keys["anchors"]!["contract"] = files.Log.Contract.Contract.Equals(elsewhere.Contract.Contract, StringComparison.Ordinal) ? "0x2222222222222222222222222222222222222222" : files.Log.Contract.Contract;
        var trusted = Path.Combine(elsewhere.Data.Root, "trusted.json");
        await File.WriteAllTextAsync(trusted, keys.ToJsonString(), Stop);
        var file = Path.Combine(elsewhere.Data.Root, "proof.json");
        await File.WriteAllBytesAsync(file, (await elsewhere.ProofAsync(7, 40, 40)).ToJson(), Stop);

        var (exit, output, _) = await AnchoredLog.RunAsync("verify", file, "--keys", trusted);

        exit.ShouldBe(1);
        output.ShouldContain("the anchor: it is of contract ");
    }

    [Fact]
    public async Task VerifyFile_WithAChainThatWasReset_SaysSo_AndHoldsWithoutIt()
    {
        await using var log = await AnchoredLog.StartAsync(40, 40);
        var file = Path.Combine(log.Data.Root, "proof.json");
        await File.WriteAllBytesAsync(file, (await log.ProofAsync(7, 40, 40)).ToJson(), Stop);
        await log.Node.BeginAnewAsync();
        var (exit, output, _) = await AnchoredLog.RunAsync("verify", file, "--keys", log.KeysFile, "--chain", log.Node.Address.ToString());
        exit.ShouldBe(1);
        output.ShouldContain("it was reset or set back since, or the anchor's block never was one of it");

        await log.Node.EndAsync();
        (exit, output, var error) = await AnchoredLog.RunAsync("verify", file, "--keys", log.KeysFile, "--chain", log.Node.Address.ToString());
        exit.ShouldBe(0, output);
        error.ShouldContain("anchors are not checked: ");
    }

    private static void Alter(JsonNode evidence, string field, string becomes)
    {
        var names = field.Split('.');
        var at = names.Length == 1 ? evidence : evidence[names[0]]!;
        if (becomes != "flip")
            at[names[^1]] = JsonNode.Parse(becomes);
        else if (at[names[^1]] is JsonArray nodes)
            nodes[^1] = Flipped((string)nodes[^1]!);
        else
            at[names[^1]] = Flipped((string)at[names[^1]]!, 2 + (2 * 170)); // in the root of receipts
    }

    private static string Flipped(string hex, int? at = null)
    {
        var text = new StringBuilder(hex);
        var place = at ?? hex.Length - 1;
        text[place] = text[place] == '0' ? '1' : '0';
        return text.ToString();
    }

    /// <summary>One anchored log, of which each test takes a copy.</summary>
    public sealed class Files : IAsyncLifetime
    {
        private string _folder = "";

        public AnchoredLog Log { get; private set; } = null!;

        public AuditProof Proof { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Log = await AnchoredLog.StartAsync(320, 10, 300);
            await Log.KeepEvidenceAsync(300);
            Proof = await Log.ProofAsync(77, 320, 300);
            _folder = Directory.CreateTempSubdirectory("banyan-evidence-").FullName;
        }

        public string Copy()
        {
            var copy = Path.Combine(_folder, Guid.NewGuid().ToString("N"), AnchoredLog.Origin);
            foreach (var file in Directory.EnumerateFiles(Log.Folder, "*", SearchOption.AllDirectories))
            {
                var to = Path.Combine(copy, Path.GetRelativePath(Log.Folder, file));
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(file, to);
            }

            return copy;
        }

        public async Task<string> WriteAsync(AuditProof proof) => await WriteAsync(JsonNode.Parse(proof.ToJson())!);

        public async Task<string> WriteAsync(JsonNode json)
        {
            var file = Path.Combine(_folder, $"{Guid.NewGuid():N}.json");
            await File.WriteAllTextAsync(file, json.ToJsonString(), TestContext.Current.CancellationToken);
            return file;
        }

        public async ValueTask DisposeAsync()
        {
            await Log.DisposeAsync();
            Directory.Delete(_folder, recursive: true);
        }
    }
}

using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Banyan.Control.Drills;
using Banyan.Control.Drills.Evidence;
using Banyan.Engines.Signing;
using Banyan.Journal;
using Banyan.Journal.Log;
using Banyan.Journal.Log.Leaves;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Proofs;
using Banyan.Journal.Log.Tiles;
using Banyan.Journal.Log.Trust;
using Banyan.Journal.Tests.Log.Tiles;

namespace Banyan.Control.Tests.Drills.Evidence;

public sealed class OscalResultsTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 15, 0, 0, TimeSpan.Zero);

    private readonly SigningKey _key = SigningKey.Generate();

    /// <summary>What OSCAL's metaschema of assessment results requires, and its patterns of ids and times.</summary>
    [Fact]
    public async Task Write_ADrill_HasWhatOscalRequires()
    {
        var file = OscalResults.Write(await MakeAsync());
        using var json = JsonDocument.Parse(file);
        var root = json.RootElement.GetProperty("assessment-results");
        foreach (var name in new[] { "title", "last-modified", "version", "oscal-version" })
            root.GetProperty("metadata").GetProperty(name).GetString().ShouldNotBeNullOrEmpty();
        root.GetProperty("metadata").GetProperty("oscal-version").GetString()!.ShouldStartWith("1.1.");
        var ids = root.GetProperty("back-matter").GetProperty("resources").EnumerateArray().Select(static r => "#" + r.GetProperty("uuid").GetString()).ToList();
        ids.ShouldContain(root.GetProperty("import-ap").GetProperty("href").GetString());
        var result = root.GetProperty("results").EnumerateArray().ShouldHaveSingleItem();
        foreach (var name in new[] { "uuid", "title", "description", "start" })
            result.GetProperty(name).GetString().ShouldNotBeNullOrEmpty();
        result.GetProperty("reviewed-controls").GetProperty("control-selections").EnumerateArray().ShouldHaveSingleItem().GetProperty("include-controls").GetArrayLength().ShouldBe(2);
        var observations = result.GetProperty("observations").EnumerateArray().ToList();
        observations.Count.ShouldBe(2);
        foreach (var observation in observations)
        {
            observation.GetProperty("methods")[0].GetString().ShouldBe("TEST");
            observation.GetProperty("collected").GetString()!.ShouldEndWith("Z");
            ids.ShouldContain(observation.GetProperty("relevant-evidence")[0].GetProperty("href").GetString());
        }

        result.GetProperty("findings").EnumerateArray().Select(static f => f.GetProperty("target").GetProperty("status").GetProperty("state").GetString()).ShouldBe(["satisfied", "not-satisfied"]);
        foreach (var finding in result.GetProperty("findings").EnumerateArray())
            observations.Select(static o => o.GetProperty("uuid").GetString()).ShouldContain(finding.GetProperty("related-observations")[0].GetProperty("observation-uuid").GetString());
        foreach (Match id in Regex.Matches(Encoding.UTF8.GetString(file), "\"uuid\": \"([^\"]*)\""))
            id.Groups[1].Value.ShouldMatch("^[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$");
    }

    /// <summary>By NIST's own schema, and a validator that is not ours: where both are there (docs/verify.md says how).</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Write_ADrill_IsWhatTheOfficialSchemaAllows(bool measured)
    {
        if (Environment.GetEnvironmentVariable("BANYAN_OSCAL_SCHEMA") is not { Length: > 0 } schema)
        {
            Assert.Skip("BANYAN_OSCAL_SCHEMA does not name NIST's oscal_assessment-results_schema.json");
            return;
        }

        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, OscalResults.Write(await MakeAsync(change: d => measured ? d : d with { Objectives = [] })), TestContext.Current.CancellationToken);
            (await ValidateAsync(schema, file)).ShouldBe("");
            // The validator does look: a state that OSCAL does not have, and a member too many.
            var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
            foreach (var wrong in new[] { text.Replace("\"oscal-version\"", "\"oscal_version\"", StringComparison.Ordinal), text.Replace("\"start\": \"2026", "\"start\": \"x2026", StringComparison.Ordinal) })
            {
                await File.WriteAllTextAsync(file, wrong, TestContext.Current.CancellationToken);
                (await ValidateAsync(schema, file)).ShouldNotBe("");
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>What ajv (npm) finds; empty: nothing.</summary>
    private static async Task<string> ValidateAsync(string schema, string file)
    {
        const string Script = """
            const fs = require('fs'), Ajv = require('ajv'), ajv = new Ajv({ strict: false, allErrors: true });
            require('ajv-formats')(ajv);
            const validate = ajv.compile(JSON.parse(fs.readFileSync(process.argv[1])));
            if (!validate(JSON.parse(fs.readFileSync(process.argv[2])))) console.log(ajv.errorsText(validate.errors, { separator: '\n' }));
            """;
        using var node = Process.Start(new ProcessStartInfo("node", ["-e", Script, schema, file]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = node.StandardError.ReadToEndAsync();
        var output = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        node.ExitCode.ShouldBe(0, await error);
        return output.Trim();
    }

    [Fact]
    public async Task ReadProof_AsWritten_HoldsAndAnyOtherByteIsRefused()
    {
        var proof = await MakeAsync();
        var file = OscalResults.Write(proof);
        var read = OscalResults.ReadProof(file);
        read.Check().Problems.ShouldBeEmpty();
        read.ToJson().ShouldBe(proof.ToJson());
        var text = Encoding.UTF8.GetString(file);
        foreach (var (was, becomes) in new[] { ("not-satisfied", "satisfied"), ("Measured 20m", "Measured 2m"), ("region-loss", "region-lost"), ("cp-10", "cp-9") })
            Should.Throw<FormatException>(() => OscalResults.ReadProof(Encoding.UTF8.GetBytes(text.Replace(was, becomes, StringComparison.Ordinal)))).Message.ShouldContain("altered");
        Should.Throw<FormatException>(() => OscalResults.ReadProof("{\"assessment-results\":{}}"u8));
        Should.Throw<FormatException>(() => OscalResults.ReadProof("what"u8));
    }

    [Fact]
    public async Task Write_ADrillThatWaitedForConsent_SaysWhoGaveItAndWhatItCost()
    {
        var proof = await MakeAsync(change: static d => d with { ApproveMs = 9100, Consent = new DrillConsent(7, 2, 2, ["accra", "tema"], 5000, 4000, 100) });
        using var json = JsonDocument.Parse(OscalResults.Write(proof));
        var props = json.RootElement.GetProperty("assessment-results").GetProperty("results")[0].GetProperty("props").EnumerateArray().Select(static p => $"{p.GetProperty("name")}={p.GetProperty("value")}");
        props.ShouldBe(["approve-ms=9100", "consent-request=7", "consent-approvals=2 of 2", "consent-organisation=accra", "consent-organisation=tema"]);

        using var without = JsonDocument.Parse(OscalResults.Write(await MakeAsync()));
        without.RootElement.GetProperty("assessment-results").GetProperty("results")[0].TryGetProperty("props", out _).ShouldBeFalse("files that were written before stay as they are");
    }

    [Fact]
    public async Task Write_AnotherChange_SaysWhatItIs()
    {
        var proof = await MakeAsync("banyan.mark.v1");
        Should.Throw<FormatException>(() => OscalResults.Write(proof)).Message.ShouldContain("banyan.mark.v1");
    }

    public void Dispose() => _key.Dispose();

    private async Task<AuditProof> MakeAsync(string type = OscalResults.EntryType, Func<DrillResult, DrillResult>? change = null)
    {
        var drill = new DrillResult
        {
            Scenario = "region-loss",
            Region = "north",
            Broke = "north",
            Platform = "kai",
            StartedAt = Now,
            Replication = "asynchronous",
            Timeline = [],
            RtoMs = 1000,
            RpoMs = 0,
            Changes = new(1, 0, 0, 0, 0),
            Requests = new(1, 0, 0, 0, 0, 1),
            Events = new(0, 0, 1),
            Objectives = [new("rpo", "1h", "0s", true), new("rto", "15m", "20m", false)],
            Passed = false,
        };
        drill = change?.Invoke(drill) ?? drill;
        var entry = new JournalEntry(1, 1, new Guid("0192f3a4-5b6c-7d8e-9f00-112233445566"), Now.AddMinutes(1), "north", "drills", type, "a", "application/json", JsonSerializer.Serialize(drill, DrillJson.Default.DrillResult), null) { Salt = Guid.NewGuid(), Actor = "process:cell.north" };
        var leaf = EntryLeaf.Of(entry);
        var log = new MemoryLog(0);
        log.Append(leaf);
        log.Append([1]);
        var origin = LogNames.Origin("kai", "north");
        var signer = NoteSigner.OfLog(origin, _key);
        var note = SignedNote.Sign(new Checkpoint(origin, log.Size, log.Root).Text, signer);
        return new AuditProof
        {
            Entry = entry,
            Leaf = Encoding.UTF8.GetString(leaf),
            Proof = new TlogProof(0, await new TileTree(log, log.Size).InclusionAsync(0, CancellationToken.None), note) { Extra = leaf },
            Keys = new LogKeys { Platform = "kai", Quorum = 0, Logs = [new LogWriters(origin, "north", [new LogParty("north", signer.Key)])], Witnesses = [] },
        };
    }
}

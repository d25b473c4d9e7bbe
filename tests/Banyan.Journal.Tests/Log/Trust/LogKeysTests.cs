using System.Text;
using Banyan.Engines.Signing;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Trust;

namespace Banyan.Journal.Tests.Log.Trust;

public sealed class LogKeysTests : IDisposable
{
    private readonly SigningKey _key = SigningKey.Generate();

    private LogKeys Keys => new()
    {
        Platform = "kai",
        Quorum = 1,
        Logs = [new LogWriters("banyan/kai/north", "north", [new LogParty("north", NoteSigner.OfLog("banyan/kai/north", _key).Key) { IsRetired = true }])],
        Witnesses = [new LogParty("south", NoteSigner.OfWitness("banyan/kai/south/witness", _key, TimeProvider.System).Key)],
    };

    [Fact]
    public void Parse_WhatIsWritten_IsTheSame()
    {
        var json = Keys.ToJson();
        var read = LogKeys.Parse(json);
        read.ToJson().ShouldBe(json);
        read.Logs[0].Writers.ShouldBe(Keys.Logs[0].Writers);
        Encoding.UTF8.GetString(json).ShouldContain(Keys.Witnesses[0].Key.ToString()); // As it is, plus signs too.
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"platform\":\"kai\",\"quorum\":-1,\"logs\":[],\"witnesses\":[]}")]
    [InlineData("{\"platform\":\"kai\",\"quorum\":1,\"logs\":[],\"witnesses\":[{\"region\":\"north\",\"key\":\"what\"}]}")]
    public void Parse_SomethingElse_SaysWhat(string json) => Should.Throw<FormatException>(() => LogKeys.Parse(Encoding.UTF8.GetBytes(json))).Message.ShouldNotBeEmpty();

    /// <summary>A log key is no witness' key, and the other way round.</summary>
    [Fact]
    public void Parse_AKeyOfTheOtherKind_IsRefused()
    {
        var json = Encoding.UTF8.GetString(Keys.ToJson()).Replace(Keys.Witnesses[0].Key.ToString(), Keys.Logs[0].Writers[0].Key.ToString(), StringComparison.Ordinal);
        Should.Throw<FormatException>(() => LogKeys.Parse(Encoding.UTF8.GetBytes(json)));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(5, 2)]
    [InlineData(325, 8)]
    public void QuorumOf_Regions_IsAMajorityWithTheWriter(int regions, int quorum) => LogKeys.QuorumOf(regions).ShouldBe(quorum);

    [Fact]
    public void ToPolicy_ForOtherTools_AsTlogPolicySays() =>
        Keys.ToPolicy("banyan/kai/north").ShouldBe($"log {Keys.Logs[0].Writers[0].Key}\nwitness south {Keys.Witnesses[0].Key}\ngroup others 1 south\nquorum others\n");

    public void Dispose() => _key.Dispose();
}

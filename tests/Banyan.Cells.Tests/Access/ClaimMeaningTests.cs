using System.Text.Json;
using Banyan.Blueprints.Access;
using Banyan.Cells.Access;
using Banyan.Cells.Access.Outside;

namespace Banyan.Cells.Tests.Access;

public class ClaimMeaningTests
{
    private static readonly AccessIdentityProvider Plain = new("https://id.example", "kai");

    [Fact]
    public void Roles_NothingMapped_AreCalledTheSame() => new ClaimMeaning(Plain).Roles(["operator", "other"]).ShouldBe(["operator", "other"]);

    [Fact]
    public void Roles_Mapped_NoOtherNameCounts()
    {
        var meaning = new ClaimMeaning(Plain with { Roles = new Dictionary<string, IReadOnlyList<string>> { ["administrator"] = ["/staff/root"], ["operator"] = ["/staff/ops", "/staff/root"] } });
        meaning.Roles(["/staff/root", "administrator", "everybody"]).ShouldBe(["administrator", "operator"], ignoreOrder: true);
        meaning.Roles(["administrator"]).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("\"east\"", "east")]
    [InlineData("\"\"", null)]
    [InlineData("7", null)]
    [InlineData("null", "south")]
    public void Home_AsTheClaimSays_OrTheOneForEverybody(string claim, string? home) => new ClaimMeaning(Plain with { DefaultHome = "south" }).Home(Json(claim)).ShouldBe(home);

    [Fact]
    public void Home_NoClaimAndNoneForEverybody_IsNone() => new ClaimMeaning(Plain).Home(default).ShouldBeNull();

    [Theory]
    [InlineData("\"resident\"", CallerKind.Resident)]
    [InlineData("\"staff\"", CallerKind.Staff)]
    [InlineData("\"machine\"", CallerKind.Machine)]
    [InlineData("\"platform\"", null)] // no token makes anybody a process of the platform
    [InlineData("\"anonymous\"", null)]
    [InlineData("[\"staff\"]", null)]
    [InlineData("null", null)]
    public void Kind_ByItsClaim_IsOneThatTokensMaySay(string claim, CallerKind? kind) => new ClaimMeaning(Plain with { KindClaim = "kind" }).Kind(Json(claim), ["operator"]).ShouldBe(kind);

    [Fact]
    public void Kind_WithoutAClaim_IsByRoles()
    {
        new ClaimMeaning(Plain).Kind(default, []).ShouldBe(CallerKind.Resident);
        new ClaimMeaning(Plain).Kind(default, ["operator"]).ShouldBe(CallerKind.Staff);
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData("0", 1)]
    [InlineData("aal2", 1)] // another name is what counts
    [InlineData("silver", 2)]
    [InlineData("gold", 3)]
    public void Assurance_Mapped_NothingElseIsMoreThanOneFactor(string? acr, int level) =>
        new ClaimMeaning(Plain with { Assurance = new Dictionary<string, IReadOnlyList<string>> { ["2"] = ["silver"], ["3"] = ["gold"] } }).Assurance(acr).ShouldBe(level);

    [Theory]
    [InlineData("aal1", 1)]
    [InlineData("aal2", 2)]
    [InlineData("aal3", 3)]
    public void Assurance_NothingMapped_IsAsThePlatformsOwnSay(string acr, int level) => new ClaimMeaning(Plain).Assurance(acr).ShouldBe(level);

    [Theory]
    [InlineData("2", 2)]
    [InlineData("\"3\"", 3)]
    [InlineData("4", 0)]
    [InlineData("-1", 0)]
    [InlineData("\"30\"", 0)]
    [InlineData("true", 0)]
    public void Verification_OutOfItsRange_IsNone(string claim, int level) => ClaimMeaning.Verification(Json(claim)).ShouldBe(level);

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}

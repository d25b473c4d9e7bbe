using Banyan.Services.Identity.Verification;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Services.Identity.Tests.Verification;

public class NameMatchTests
{
    [Theory]
    [InlineData("Amina Wanjiru", "WANJIRU, Amina")]
    [InlineData("José Nuñez", "Jose Nunez")]
    [InlineData("Mohammed Al-Rashid", "Muhammed al Rashid")]
    [InlineData("Chukwuemeka Okafor", "Chukwuemeka B. Okafor")]
    [InlineData("Kwame N'Krumah", "Kwame Nkrumah")]
    [InlineData("Łukasz Nowak", "Lukasz Nowack")]
    public void Likeness_OfSpellingsOfOneName_IsAHit(string one, string other) => NameMatch.Likeness(NameMatch.Words(one), NameMatch.Words(other)).ShouldBeGreaterThanOrEqualTo(NameMatch.Threshold);

    [Theory]
    [InlineData("Amina Wanjiru", "Badru Okonkwo")]
    [InlineData("Amina", "Amina Wanjiru")]
    [InlineData("John Kamau", "Jane Njeri")]
    [InlineData("", "Amina Wanjiru")]
    public void Likeness_OfOtherNames_IsNone(string one, string other) => NameMatch.Likeness(NameMatch.Words(one), NameMatch.Words(other)).ShouldBeLessThan(NameMatch.Threshold);

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("flaw", "lawn", 2)]
    [InlineData("", "abc", 3)]
    public void Distance_IsLevenshteins(string one, string other, int distance) => NameMatch.Distance(one, other).ShouldBe(distance);

    [Fact]
    public void Likeness_AnyNames_IsSymmetricAndOneForItself() => Prop.ForAll<NonNull<string>, NonNull<string>>((a, b) =>
    {
        var (one, other) = (NameMatch.Words(a.Get), NameMatch.Words(b.Get));
        var likeness = NameMatch.Likeness(one, other);
        likeness.ShouldBeInRange(0, 1);
        NameMatch.Likeness(one, one).ShouldBe(one.Length == 0 ? 0 : 1);
        NameMatch.Distance(a.Get, b.Get).ShouldBe(NameMatch.Distance(b.Get, a.Get));
    }).QuickCheckThrowOnFailure();
}

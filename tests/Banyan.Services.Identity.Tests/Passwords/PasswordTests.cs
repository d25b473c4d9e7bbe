using Banyan.Services.Identity.Passwords;

namespace Banyan.Services.Identity.Tests.Passwords;

public class PasswordTests
{
    /// <summary>Of the reference implementation's own tests (test.c, version 0x13, Argon2id): password "password", salt "somesalt", 64 MiB, 2 passes.</summary>
    [Fact]
    public void Verify_ReferenceHash_IsRight()
    {
        const string Reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        PasswordAlgorithm.Verify(Reference, "password").ShouldBeTrue();
        PasswordAlgorithm.Verify(Reference, "Password").ShouldBeFalse();
    }

    [Fact]
    public void Hash_SamePasswordTwice_DiffersAndVerifies()
    {
        foreach (var algorithm in new PasswordAlgorithm[] { new Argon2IdPassword(8, 1), new Pbkdf2Password() })
        {
            var (one, other) = (algorithm.Hash("correct horse battery"), algorithm.Hash("correct horse battery"));
            one.ShouldNotBe(other);
            one.ShouldStartWith(algorithm.Prefix);
            PasswordAlgorithm.Verify(one, "correct horse battery").ShouldBeTrue();
            PasswordAlgorithm.Verify(one, "correct horse batterz").ShouldBeFalse();
        }
    }

    [Fact]
    public void Verify_TextsThatAreNoHash_AreWrong()
    {
        foreach (var text in new[] { "", "$argon2id$", "$pbkdf2-sha512$i=0$AAAA$AAAA", "$pbkdf2-sha512$i=99999999999$AAAA$AAAA", new string('x', 500) })
            PasswordAlgorithm.Verify(text, "password").ShouldBeFalse(text);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("password1234")]
    [InlineData("P@ssw0rd!!")]
    [InlineData("passwordpassword")]
    [InlineData("1234567890")]
    [InlineData("aaaaaaaaaaaa")]
    [InlineData("qwertyuiop1")]
    [InlineData("letmeinletmein")]
    [InlineData("I love amina.wanjiru", "amina.wanjiru@example.org")]
    public void Check_PasswordTriedFirst_IsRefused(string password, string? identifier = null) => PasswordRules.Check(password, identifier).ShouldNotBeNull();

    [Theory]
    [InlineData("correct horse battery")]
    [InlineData("mvua ya masika 7")]
    [InlineData("Ƙofar gida ta biyu")]
    [InlineData("my password is a sentence")]
    public void Check_LongOne_IsTaken(string password) => PasswordRules.Check(password, "amina@example.org").ShouldBeNull();
}

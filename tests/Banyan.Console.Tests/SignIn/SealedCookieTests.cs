using System.Security.Cryptography;
using Banyan.Console.SignIn;

namespace Banyan.Console.Tests.SignIn;

public class SealedCookieTests
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);
    private static readonly PendingLogin Login = new("state", "nonce", "verifier", "https://localhost/console/callback", "/", DateTimeOffset.UnixEpoch);
    private readonly SealedCookie<PendingLogin> _cookie = new("one", Key, SessionJson.Default.PendingLogin);

    [Fact]
    public void Open_WhatWasSealed_IsIt() => _cookie.Open(_cookie.Seal(Login)).ShouldBe(Login);

    [Fact]
    public void Seal_Twice_IsNeverTheSame() => _cookie.Seal(Login).ShouldNotBe(_cookie.Seal(Login));

    [Fact]
    public void Seal_SaysNothingOfWhatIsInIt() => System.Buffers.Text.Base64Url.DecodeFromChars(_cookie.Seal(Login)).AsSpan().IndexOf("verifier"u8).ShouldBe(-1);

    [Fact]
    public void Open_UnderAnotherNameOrKey_IsNull()
    {
        var text = _cookie.Seal(Login);
        new SealedCookie<PendingLogin>("two", Key, SessionJson.Default.PendingLogin).Open(text).ShouldBeNull();
        new SealedCookie<PendingLogin>("one", RandomNumberGenerator.GetBytes(32), SessionJson.Default.PendingLogin).Open(text).ShouldBeNull();
    }

    [Fact]
    public void Open_AnyCharacterChanged_IsNull()
    {
        var text = _cookie.Seal(Login)!;
        for (var i = 0; i < text.Length - 1; i++) // of the last one some bits may mean nothing
            _cookie.Open(text[..i] + (text[i] == 'A' ? 'B' : 'A') + text[(i + 1)..]).ShouldBeNull($"at {i}");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AQ")]
    [InlineData("not base64!")]
    public void Open_WhatIsNone_IsNull(string? text) => _cookie.Open(text).ShouldBeNull();

    [Fact]
    public void Seal_TooLongForACookie_IsNull() => _cookie.Seal(Login with { Return = new string('x', 4000) }).ShouldBeNull();
}

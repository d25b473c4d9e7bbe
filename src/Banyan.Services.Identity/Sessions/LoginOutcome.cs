namespace Banyan.Services.Identity.Sessions;

/// <summary>What came of a step of a login. Immutable.</summary>
internal abstract record LoginOutcome
{
    private LoginOutcome()
    {
    }

    /// <summary>Not right, whatever it was.</summary>
    public sealed record Refused : LoginOutcome;

    /// <summary>Too many failures; known and unknown addresses alike.</summary>
    public sealed record Locked(TimeSpan Wait) : LoginOutcome;

    /// <summary>The password was right; a code is needed too.</summary>
    public sealed record NeedsCode(string Challenge, DateTimeOffset ExpiresAt) : LoginOutcome;

    /// <summary>Logged in. <paramref name="Cookie"/> is the secret that the browser keeps.</summary>
    public sealed record Begun(Session Session, string Cookie) : LoginOutcome;
}

/// <summary>A person's login in one browser. Immutable.</summary>
/// <param name="Id">Its id: <c>region.22 characters</c>.</param>
/// <param name="Subject">Whose it is.</param>
/// <param name="Assurance">1: a password; 2: a second factor too.</param>
/// <param name="BeganAt">When the person proved who it is.</param>
/// <param name="ExpiresAt">When it ends by itself.</param>
internal sealed record Session(string Id, string Subject, int Assurance, IReadOnlyList<string> Methods, DateTimeOffset BeganAt, DateTimeOffset ExpiresAt)
{
    /// <summary>The assurance level as tokens say it: <c>aal1</c>, <c>aal2</c>.</summary>
    public string Acr => $"aal{Assurance}";
}

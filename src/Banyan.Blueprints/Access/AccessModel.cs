namespace Banyan.Blueprints.Access;

/// <summary>
/// Who may do what on a platform, how often, and from which pages: the <c>access</c> section of its blueprint with the standard
/// one (<see cref="StandardAccess"/>) where it says nothing else. Immutable; equality of its lists is by reference. It is written
/// as JSON (<see cref="AccessModelJson"/>) and read back the same.
/// </summary>
public sealed record AccessModel
{
    /// <summary>The roles, and the patterns of the actions that each grants; see <see cref="ActionPattern"/>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Roles { get; init => field = value ?? new Dictionary<string, IReadOnlyList<string>>(); } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The rules in their order: the first that holds decides, and grants of roles come after all of them.</summary>
    public IReadOnlyList<AccessRule> Rules { get; init => field = value ?? []; } = [];

    /// <summary>How often callers may ask, in their order; see <see cref="AccessLimit"/>.</summary>
    public IReadOnlyList<AccessLimit> Limits { get; init => field = value ?? []; } = [];

    /// <summary>The purposes that callers may state, each with what it is.</summary>
    public IReadOnlyDictionary<string, string> Purposes { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>Which pages of other origins may call.</summary>
    public AccessCors Cors { get; init => field = value ?? new(); } = new();

    /// <summary>The provider outside that says who callers are; null: the platform's own.</summary>
    public AccessIdentityProvider? IdentityProvider { get; init; }
}

/// <summary>Which pages of other origins browsers may let call (the Fetch standard's CORS protocol). Immutable.</summary>
public sealed record AccessCors
{
    /// <summary>The origins, such as <c>https://portal.example.org</c>; empty: none. Never a wildcard.</summary>
    public IReadOnlyList<string> Origins { get; init => field = value ?? []; } = [];

    /// <summary>How long browsers may keep the answer of a preflight, in seconds.</summary>
    public int MaxAgeSeconds { get; init => field = value > 0 ? value : DefaultMaxAgeSeconds; } = DefaultMaxAgeSeconds;

    /// <summary><see cref="MaxAgeSeconds"/> where the blueprint says nothing: ten minutes.</summary>
    public const int DefaultMaxAgeSeconds = 600;
}

/// <summary>An OpenID Connect provider outside that issues the tokens. Immutable.</summary>
/// <param name="Issuer">Its issuer URL: the <c>iss</c> of its tokens; discovery is below it.</param>
/// <param name="Audience">The <c>aud</c> that its tokens must have.</param>
/// <param name="RolesClaim">The claim that holds roles, by the blueprint's names.</param>
/// <param name="HomeClaim">The claim that names the home region.</param>
public sealed record AccessIdentityProvider(string Issuer, string Audience, string RolesClaim = AccessIdentityProvider.DefaultRolesClaim, string HomeClaim = AccessIdentityProvider.DefaultHomeClaim)
{
    /// <summary><see cref="RolesClaim"/> where the blueprint says nothing.</summary>
    public const string DefaultRolesClaim = "roles";

    /// <summary><see cref="HomeClaim"/> where the blueprint says nothing.</summary>
    public const string DefaultHomeClaim = "home";

    /// <summary>The region of those whose tokens name none; null: they are refused.</summary>
    public string? DefaultHome { get; init; }

    /// <summary>The claim that says <c>resident</c>, <c>staff</c> or <c>machine</c>; null: who has a role is staff, everybody else a resident.</summary>
    public string? KindClaim { get; init; }

    /// <summary>The claim that says how well a person is known, 0 to 3; null: nobody is known.</summary>
    public string? VerificationClaim { get; init; }

    /// <summary>The blueprint's roles with what each is called in tokens; null: they are called the same. Where it is there, no other name counts.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Roles { get; init; }

    /// <summary>The values of <c>acr</c> that mean a level of assurance, by that level ("2", "3"); null: <c>aal2</c> and <c>aal3</c>. Any other value means one factor.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Assurance { get; init; }
}

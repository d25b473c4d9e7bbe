using Banyan.Cells.Describing;
using Banyan.Services.Identity.Passwords;

namespace Banyan.Services.Identity.Accounts;

/// <summary>What the JSON of <see cref="AccountJson"/>'s requests must be like, as it is described and checked before it is read. Null stands for a member that is left out.</summary>
internal static class AccountShapes
{
    /// <summary>An address or a number, blanks around it and all; what it must be like inside is said by <see cref="PersonFields"/>.</summary>
    public static readonly JsonShape Identifier = JsonShape.Text(1_000, 1);

    /// <summary>A password that is compared, so any.</summary>
    public static readonly JsonShape KnownPassword = JsonShape.Text(JsonBody.MaxLength);

    /// <summary>What an earlier answer gave, such as a confirmation or a challenge.</summary>
    public static readonly JsonShape Token = JsonShape.Text(1_000);

    /// <summary>A code as a person types it.</summary>
    public static readonly JsonShape Code = JsonShape.Text(100);

    /// <summary>Names of roles.</summary>
    public static readonly JsonShape Roles = JsonShape.List(Name(new TextPattern("[a-z0-9-]+", "a name in lower-case letters, digits and dashes")), RoleNames.Most);

    /// <summary>Names of scopes, actions, and patterns of actions.</summary>
    public static readonly JsonShape Scopes = JsonShape.List(Name(new TextPattern("[a-z0-9_.*:-]+", "a scope or a pattern of actions, such as openid or climate.readings.*")), RoleNames.Most);

    /// <summary>Roles, one at least.</summary>
    public static readonly JsonShape SomeRoles = JsonShape.List(Roles.Items!, RoleNames.Most, 1);

    private static readonly JsonShape NewPassword = JsonShape.Text(PasswordRules.Longest, PasswordRules.Shortest);

    private static readonly JsonShape PersonName = JsonShape.Text(1_000).OrNull();

    public static readonly JsonShape Registration = JsonShape.Object(("identifier", Identifier), ("password", NewPassword), ("name?", PersonName));

    public static readonly JsonShape Confirmation = JsonShape.Object(("confirmation", Token), ("code", Code));

    public static readonly JsonShape Reset = JsonShape.Object(("identifier", Identifier));

    public static readonly JsonShape ResetConfirmation = JsonShape.Object(("confirmation", Token), ("code", Code), ("password", NewPassword));

    public static readonly JsonShape PasswordChange = JsonShape.Object(("current", KnownPassword), ("password", NewPassword));

    public static readonly JsonShape Acceptance = JsonShape.Object(("token", Token), ("identifier", Identifier), ("password", NewPassword), ("name?", PersonName));

    public static readonly JsonShape Change = JsonShape.Object(("roles?", Roles.OrNull()), ("state?", JsonShape.Word("active", "disabled").OrNull()));

    private static JsonShape Name(TextPattern pattern) => JsonShape.Text(RoleNames.Longest, 1) with { Pattern = pattern };
}

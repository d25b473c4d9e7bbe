using System.Text.Json.Serialization;

namespace Banyan.Services.Identity.Accounts;

/// <summary>Asks for an account.</summary>
internal sealed record RegistrationRequest(string? Identifier, string? Password, string? Name);

/// <summary>Asks for a code to set a new password with.</summary>
internal sealed record ResetRequest(string? Identifier);

/// <summary>What whoever asked needs beside the code that is sent.</summary>
internal sealed record ConfirmationNeeded(string Confirmation, DateTimeOffset ExpiresAt);

/// <summary>Confirms with the code that was sent; with a new password, where it is a reset.</summary>
internal sealed record ConfirmationRequest(string? Confirmation, string? Code, string? Password);

/// <summary>Sets a new password with the old one.</summary>
internal sealed record PasswordChange(string? Current, string? Password);

/// <summary>Accepts an invitation.</summary>
internal sealed record Acceptance(string? Token, string? Identifier, string? Password, string? Name);

internal sealed record InvitationRequest(IReadOnlyList<string>? Roles, int? DaysValid);

internal sealed record InvitationView(string Token, IReadOnlyList<string> Roles, DateTimeOffset ExpiresAt);

/// <summary>What an administrator changes of an account; what is null stays.</summary>
internal sealed record AccountChange(IReadOnlyList<string>? Roles, string? State);

internal sealed record ContactView(string Kind, string Address, bool Confirmed);

internal sealed record AccountView(string Subject, string Kind, string State, int Verification, IReadOnlyList<string> Roles, string? Name, IReadOnlyList<ContactView>? Contacts, bool SecondFactor);

internal sealed record SubjectView(string Subject);

internal sealed record StateView(string State);

internal sealed record MessageView(Guid Id, string Kind, string To, string Text, DateTimeOffset ExpiresAt);

internal sealed record MessagePage(IReadOnlyList<MessageView> Messages);

/// <summary>JSON of accounts.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RegistrationRequest))]
[JsonSerializable(typeof(ConfirmationRequest))]
[JsonSerializable(typeof(ResetRequest))]
[JsonSerializable(typeof(ConfirmationNeeded))]
[JsonSerializable(typeof(PasswordChange))]
[JsonSerializable(typeof(Acceptance))]
[JsonSerializable(typeof(InvitationRequest))]
[JsonSerializable(typeof(InvitationView))]
[JsonSerializable(typeof(AccountChange))]
[JsonSerializable(typeof(AccountView))]
[JsonSerializable(typeof(SubjectView))]
[JsonSerializable(typeof(StateView))]
[JsonSerializable(typeof(MessagePage))]
[JsonSerializable(typeof(MessageText))]
internal sealed partial class AccountJson : JsonSerializerContext;

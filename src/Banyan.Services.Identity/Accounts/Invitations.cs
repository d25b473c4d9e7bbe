using System.Security.Cryptography;
using System.Text.Json;
using Banyan.Cells;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Cells.Http;
using Banyan.Journal;
using Banyan.Services.Identity.Elsewhere;
using Banyan.Services.Identity.Passwords;
using Banyan.Services.Identity.Schema;
using Banyan.Services.Identity.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Banyan.Services.Identity.Accounts;

/// <summary>
/// <c>/identity/v1/invitations</c>: how a person becomes staff. A token, shown once, makes one account with the roles that it
/// was made for. The first administrator's token is made by <c>banyan up</c>; this service knows its hash from its settings.
/// </summary>
internal sealed class Invitations(
    IJournal journal, NpgsqlDataSource database, AccountStore accounts, PasswordHasher passwords, IdentitySettings settings, Homes homes, Forwarding forwarding, ChangeKeys keys, CellContext cell, TimeProvider time)
{
    /// <summary>The role of whoever accepts the first invitation.</summary>
    public const string Administrator = "administrator";

    private const int MostDays = 30;
    private const int MostOpen = 1000;
    private static readonly JsonShape Shape = JsonShape.Object(("roles", AccountShapes.SomeRoles), ("days_valid?", JsonShape.Integer(1, MostDays).OrNull()));
    private const string InsertOne = "INSERT INTO identity.invitations (hash, roles, made_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
    private const string InsertFirst = "INSERT INTO identity.invitations (hash, roles, made_by, created_at) VALUES ($1, $2, 'platform', $3) ON CONFLICT (hash) DO NOTHING";
    private const string Accept = "UPDATE identity.invitations SET accepted_at = $2, accepted_by = $3 WHERE hash = $1 AND accepted_at IS NULL AND (expires_at IS NULL OR expires_at > $2) RETURNING roles";
    private const string CountOpen = "SELECT count(*) FROM identity.invitations WHERE accepted_at IS NULL AND expires_at > $1";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/identity/v1/invitations", Refusals.Guard(InviteAsync)).Requires("identity.invitations.issue").WithBodyLimit(JsonBody.MaxLength).TakesJson(Shape).Describe(IdentityService.ServiceName, "Invites somebody to the staff; the token is shown once", 201, "application/json", 422, 429);
        routes.MapPost("/identity/v1/invitations/accept", Refusals.Guard(forwarding.OfJson("token", AcceptAsync))).OpenToAll().WithBodyLimit(JsonBody.MaxLength).TakesJson(AccountShapes.Acceptance).Describe(IdentityService.ServiceName, "Makes the account that an invitation is for", 201, "application/json", 409, 422);
    }

    private async Task<IResult> InviteAsync(HttpContext context)
    {
        var (request, body) = await JsonBody.ReadAsync(context, AccountJson.Default.InvitationRequest);
        var problems = RoleNames.Check(request.Roles);
        if (request.Roles is null or [])
            problems.Add("roles must name one at least.");
        if (request.DaysValid is < 1 or > MostDays)
            problems.Add($"days_valid is 1 to {MostDays}.");
        if (problems.Count > 0)
            return Refusals.Invalid(problems);
        if (!RoleNames.MayGive(context.Caller(), request.Roles!))
            return Refusals.NotYoursToGive;
        var now = time.GetUtcNow();
        await using (var count = Sql.Command(database, CountOpen, Sql.Time(now)))
        {
            if ((long)(await count.ExecuteScalarAsync(context.RequestAborted))! >= MostOpen)
                return Refusals.Full($"{MostOpen} invitations are open.");
        }

        var token = OpaqueToken.Create(cell.Partition);
        var expires = now + TimeSpan.FromDays(request.DaysValid ?? 3);
        var caller = context.Caller();
        var outcome = await journal.CommitAsync(
            new Change
            {
                Key = keys.Read(context, caller.Subject, body),
                Answer = new StoredAnswer(201), // the token is not stored: a repeat does not get it
                Statements = [Sql.Statement(InsertOne, Sql.Bytes(OpaqueToken.Hash(token)), Sql.Texts(request.Roles!), Sql.Text(caller.Subject), Sql.Time(now), Sql.Time(expires))],
                Events = [IdentityEvents.Of(IdentityTopics.Credentials, "invitation.made", null, ("by", caller.Subject), ("roles", string.Join(' ', request.Roles!)))],
            },
            context.RequestAborted);
        if (outcome.Result == ChangeResult.Committed)
            outcome = outcome with { Answer = new StoredAnswer(201, "application/json", JsonSerializer.SerializeToUtf8Bytes(new InvitationView(token, request.Roles!, expires), AccountJson.Default.InvitationView)) };
        return ChangeHttp.ToResult(outcome);
    }

    private async Task<IResult> AcceptAsync(HttpContext context)
    {
        var (request, _) = await JsonBody.ReadAsync(context, AccountJson.Default.Acceptance);
        var accepted = await AcceptAsync(request, context.RequestAborted);
        return accepted.Subject is { } subject ? Results.Json(new SubjectView(subject), AccountJson.Default.SubjectView, statusCode: 201) : Refusals.Invalid(accepted.Problems);
    }

    /// <summary>What came of an acceptance: the new account, or what was wrong.</summary>
    public sealed record Accepted(string? Subject, IReadOnlyList<string> Problems);

    /// <summary>Makes the account. Once for an invitation, so it needs no idempotency key.</summary>
    public async Task<Accepted> AcceptAsync(Acceptance request, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        var identifier = PersonFields.ReadIdentifier(request.Identifier, problems);
        var name = PersonFields.ReadName(request.Name, problems);
        PersonFields.CheckPassword(request.Password, request.Identifier, problems);
        if (homes.Elsewhere(request.Token) is { } partition)
            problems.Add($"This invitation is of region {partition}: send it there, with the header Banyan-Region: {partition}.");
        if (problems.Count > 0)
            return new Accepted(null, problems);

        var password = await passwords.HashAsync(request.Password!, cancellationToken);
        var now = time.GetUtcNow();
        var hash = OpaqueToken.Hash(request.Token ?? "");
        var subject = OpaqueToken.CreateId(cell.Partition);
        var fingerprint = accounts.Fingerprint(identifier!);
        var address = await accounts.SealAsync(subject, PersonalFields.Address, identifier!.Value, cancellationToken);
        var sealedName = name is null ? null : await accounts.SealAsync(subject, PersonalFields.Name, name, cancellationToken);
        await using var change = await journal.BeginAsync(null, cancellationToken);
        if (IsFirst(hash))
            await Sql.ExecuteAsync(change.Transaction, InsertFirst, [Sql.Bytes(hash), Sql.Texts([Administrator]), Sql.Time(now)], cancellationToken);
        string[]? roles;
        await using (var accept = Sql.Command(change.Transaction, Accept, Sql.Bytes(hash), Sql.Time(now), Sql.Text(subject)))
            roles = await accept.ExecuteScalarAsync(cancellationToken) as string[];
        if (roles is null)
            return new Accepted(null, ["The invitation is not known, was accepted before, or is too old."]);
        try
        {
            var account = new Account(subject, Account.Staff, true, 0, [.. roles], password);
            await Sql.RunAsync(change.Transaction, AccountStore.Insert(account, sealedName, fingerprint, identifier.Kind, address, confirmed: null, now), cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return new Accepted(null, ["This address has an account already; accept with another one. The invitation is still good."]); // whoever holds an invitation may know
        }

        change.Append(IdentityEvents.Of(IdentityTopics.Accounts, "account.made", subject, ("kind", Account.Staff), ("roles", string.Join(' ', roles))));
        await change.CommitAsync(new StoredAnswer(201), cancellationToken);
        return new Accepted(subject, []);
    }

    private bool IsFirst(byte[] hash) =>
        settings.Invitation?.Split('/') is [var partition, var hexadecimal] && partition == cell.Partition
        && CryptographicOperations.FixedTimeEquals(System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash)), System.Text.Encoding.ASCII.GetBytes(hexadecimal.ToLowerInvariant()));
}

using Banyan.Cells.Residency;
using Banyan.Services.Identity.Accounts;

namespace Banyan.Services.Identity;

/// <summary>What the service says of its data: where it may be, and how a person's rows are found, exported and deleted.</summary>
internal static class IdentityData
{
    private const string Secret = "a secret, or what one is recognized by";

    public static ServiceData Data { get; } = new()
    {
        // In the order in which a person's rows are deleted.
        Tables =
        [
            TableData.OfPersons("identity.endings", new PersonRows { Where = "t.grant_id IN (SELECT id FROM identity.grants WHERE subject = $1)" }),
            TableData.OfPersons("identity.codes", new PersonRows { Where = "t.grant_id IN (SELECT id FROM identity.grants WHERE subject = $1)", Withheld = [new("hash", Secret), new("challenge", Secret), new("nonce", Secret)] }),
            TableData.OfPersons("identity.refresh_tokens", new PersonRows { Where = "t.grant_id IN (SELECT id FROM identity.grants WHERE subject = $1)", Withheld = [new("hash", Secret), new("replaces", Secret)] }),
            TableData.OfPersons("identity.grants", PersonRows.OfColumn("subject")),
            TableData.OfPersons("identity.consents", PersonRows.OfColumn("subject")),
            TableData.OfPersons("identity.sessions", new PersonRows { Where = "t.subject = $1", Sealed = [new("agent", PersonalFields.Agent)], Withheld = [new("secret", Secret)] }),
            TableData.OfPersons("identity.challenges", new PersonRows { Where = "t.subject = $1", Withheld = [new("hash", Secret), new("fingerprint", Secret)] }),
            TableData.OfPersons("identity.recovery_codes", new PersonRows { Where = "t.subject = $1", Withheld = [new("hash", Secret)] }),
            TableData.OfPersons("identity.totp", new PersonRows { Where = "t.subject = $1", Withheld = [new("secret", Secret)] }),
            TableData.OfPersons("identity.passkeys", new PersonRows
            {
                Where = "t.subject = $1",
                Sealed = [new("credential", PersonalFields.PasskeyCredential, IsText: false), new("public_key", PersonalFields.PasskeyKey, IsText: false), new("name", PersonalFields.PasskeyName)],
                Withheld = [new("fingerprint", Secret)],
            }),
            TableData.OfPersons("identity.credentials", new PersonRows { Where = "t.subject = $1", Sealed = [new("holder", PersonalFields.Holder)] }),
            TableData.OfPersons("identity.decisions", new PersonRows { Where = "t.case_id IN (SELECT id FROM identity.cases WHERE subject = $1)", Sealed = [new("reason", PersonalFields.Reason)] }),
            TableData.OfPersons("identity.documents", new PersonRows { Where = "t.subject = $1", Sealed = [new("sealed", PersonalFields.Document, IsText: false)] }),
            TableData.OfPersons("identity.cases", new PersonRows
            {
                Where = "t.subject = $1",
                Sealed = [new("details", PersonalFields.Case), new("reversal", PersonalFields.Reason)],
                Withheld = [new("hits", "what a watch list says, which its person must not be told"), new("screening", "what a watch list says, which its person must not be told")],
            }),
            TableData.OfPersons("identity.messages", new PersonRows { Where = "t.subject = $1", Withheld = [new("sealed", "a message that waits to be sent, perhaps with a code")] }),
            TableData.OfPersons("identity.confirmations", new PersonRows
            {
                Where = "t.subject = $1",
                Sealed = [new("sealed", PersonalFields.Address), new("name", PersonalFields.Name)],
                Withheld = [new("hash", Secret), new("fingerprint", Secret), new("password", Secret), new("code", Secret)],
            }),
            TableData.OfPersons("identity.attempts", new PersonRows { Where = "t.fingerprint IN (SELECT fingerprint FROM identity.identifiers WHERE subject = $1)", Withheld = [new("fingerprint", Secret)] }),
            TableData.OfPersons("identity.identifiers", new PersonRows { Where = "t.subject = $1", Sealed = [new("sealed", PersonalFields.Address)], Withheld = [new("fingerprint", Secret)] }),
            TableData.OfPersons("identity.invitations", new PersonRows
            {
                Where = "t.accepted_by = $1",
                Withheld = [new("hash", Secret)],
                Kept = "That an invitation was accepted, so that it is never accepted again; it names the person by its subject alone.",
            }),
            TableData.OfPersons("identity.accounts", new PersonRows
            {
                Where = "t.subject = $1",
                Sealed = [new("name", PersonalFields.Name)],
                Withheld = [new("password", Secret)],
                Correctable = [new(PersonalFields.Name, "name", PersonFields.LongestName)],
            }),
            new("identity.clients", ResidencyClass.Jurisdiction),
            new("identity.api_keys", ResidencyClass.Jurisdiction),
            new("identity.signing_keys", ResidencyClass.Jurisdiction),
            new("identity.ceremonies", ResidencyClass.Jurisdiction), // hashes of random challenges, for five minutes
            new("identity.issuer_keys", ResidencyClass.Jurisdiction),
            new("identity.evidence", ResidencyClass.Internal),
            new("identity.status_lists", ResidencyClass.Public),
            new("identity.status_entries", ResidencyClass.Public),
        ],
        Topics =
        [
            new(IdentityTopics.Accounts, ResidencyClass.Personal), new(IdentityTopics.Sessions, ResidencyClass.Personal), new(IdentityTopics.Cases, ResidencyClass.Personal),
            new(IdentityTopics.Issued, ResidencyClass.Personal),
            new(IdentityTopics.Credentials, ResidencyClass.Jurisdiction), new(IdentityTopics.Messages, ResidencyClass.Jurisdiction),
        ],
    };
}

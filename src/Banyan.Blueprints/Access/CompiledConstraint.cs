using System.Collections.Frozen;

namespace Banyan.Blueprints.Access;

/// <summary>A constraint made ready to be asked often. Immutable; asking allocates nothing.</summary>
internal sealed class CompiledConstraint
{
    private readonly AccessConstraint _constraint;
    private readonly FrozenSet<string>? _oneOf;
    private readonly FrozenSet<string>? _noneOf;
    private readonly int _kinds;

    /// <summary>Whether <c>not</c> holds of what is not known: it does where a rule denies, never where one allows.</summary>
    private readonly bool _unknownIsOther;

    public CompiledConstraint(AccessConstraint constraint, AccessEffect effect)
    {
        _constraint = constraint;
        _oneOf = constraint.OneOf?.ToFrozenSet(StringComparer.Ordinal);
        _noneOf = constraint.NoneOf?.ToFrozenSet(StringComparer.Ordinal);
        _unknownIsOther = effect == AccessEffect.Deny;
        if (constraint.Attribute == AccessAttribute.Kind)
        {
            foreach (var kind in Enum.GetValues<AccessKind>())
                _kinds |= Says(KindWord(kind)) ? 1 << (int)kind : 0;
        }
    }

    public AccessAttribute Attribute => _constraint.Attribute;

    public static string KindWord(AccessKind kind) => kind switch
    {
        AccessKind.Anonymous => "anonymous",
        AccessKind.Resident => "resident",
        AccessKind.Staff => "staff",
        AccessKind.Machine => "machine",
        _ => "platform",
    };

    public bool Holds(in AccessQuestion question) => _constraint.Attribute switch
    {
        AccessAttribute.Kind => (_kinds >> (int)question.Kind & 1) != 0,
        AccessAttribute.Role => HasRole(in question),
        AccessAttribute.Subject => Holds(Known(question.Subject), Known(question.ResourceOwner)),
        AccessAttribute.ResourceOwner => Holds(Known(question.ResourceOwner), Known(question.Subject)),
        AccessAttribute.Home => Holds(question.Home, question.ResourceRegion),
        AccessAttribute.ResourceRegion => Holds(question.ResourceRegion, question.Home),
        AccessAttribute.Jurisdiction => Holds(question.Jurisdiction, question.ResourceJurisdiction),
        AccessAttribute.ResourceJurisdiction => Holds(question.ResourceJurisdiction, question.Jurisdiction),
        AccessAttribute.Purpose => Holds(question.Purpose, null),
        AccessAttribute.ResourceService => Holds(question.ResourceService, null),
        AccessAttribute.Assurance => Holds(question.Assurance),
        AccessAttribute.Verification => Holds(question.Verification),
        AccessAttribute.Amount => question.Amount is { } amount ? Holds(amount) : _constraint is { AtLeast: null, Above: null, AtMost: null, Below: null } && (_constraint.Except is null || _unknownIsOther),
        _ => false,
    };

    private static string? Known(string? subject) => string.IsNullOrEmpty(subject) ? null : subject;

    private bool HasRole(in AccessQuestion question)
    {
        var one = _oneOf is null;
        if (question.Roles.IsDefault)
            return one;
        foreach (var role in question.Roles)
        {
            if (_noneOf?.Contains(role) == true)
                return false;
            one = one || _oneOf!.Contains(role);
        }

        return one;
    }

    private bool Holds(string? value, string? partner)
    {
        if (_constraint.SameAsPartner is { } same)
        {
            var known = value is not null && partner is not null;
            if (same ? !known || value != partner : known ? value == partner : !_unknownIsOther)
                return false;
        }

        return value is null ? _oneOf is null && (_noneOf is null || _unknownIsOther) : Says(value);
    }

    private bool Says(string value) => (_oneOf is null || _oneOf.Contains(value)) && (_noneOf is null || !_noneOf.Contains(value));

    private bool Holds(decimal value)
    {
        if (value < _constraint.AtLeast || value <= _constraint.Above || value > _constraint.AtMost || value >= _constraint.Below)
            return false;
        if (_constraint.Except is { } except)
        {
            for (var i = 0; i < except.Count; i++)
            {
                if (except[i] == value)
                    return false;
            }
        }

        return true;
    }
}

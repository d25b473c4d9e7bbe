namespace Banyan.Routing.Policies;

public sealed partial class PolicyModel
{
    /// <summary>One choice on its way through the policies.</summary>
    private ref struct Choosing<TTrace>(PolicyModel model, in ClientFacts client, PolicyFacts facts, bool nothingWell, ref TTrace trace)
        where TTrace : struct, ITrace
    {
        private readonly ClientFacts _client = client;
        private readonly ref TTrace _trace = ref trace;

        public ChoiceBasis Basis { get; private set; }

        public uint Marks { get; private set; }

        /// <summary>Chooses a target below a node of which some target is well.</summary>
        /// <param name="mayPass">The node may say nothing: then -1.</param>
        public int Choose(Node node, bool mayPass)
        {
            Marks |= node.Mark;
            if (node.Target >= 0)
                return node.Target;
            var (branch, reason) = node.Kind switch
            {
                PolicyKind.Geographic => ByCountry(node, mayPass),
                PolicyKind.Latency => Least(node, ChoiceReason.Quickest, mayPass),
                PolicyKind.Nearest => Least(node, ChoiceReason.Nearest, mayPass),
                PolicyKind.Weighted => ByShare(node),
                PolicyKind.Failover => First(node),
                _ => (null, ChoiceReason.NothingToSay),
            };
            if (node.Kind == PolicyKind.Precedence)
                return InTurn(node, mayPass);
            _trace.Add(node, reason, branch);
            return branch is null ? -1 : Choose(branch, mayPass: false);
        }

        /// <summary>The first policy that has something to say; else the nearest branch, else the first.</summary>
        private int InTurn(Node node, bool mayPass)
        {
            foreach (var branch in node.Branches)
            {
                if (IsWell(branch.To) && Choose(branch.To, mayPass: true) is >= 0 and var target)
                {
                    _trace.Add(node, ChoiceReason.First, branch.To);
                    return target;
                }
            }

            if (mayPass)
            {
                _trace.Add(node, ChoiceReason.NothingToSay, null);
                return -1;
            }

            Basis |= ChoiceBasis.Place;
            var nearest = -1;
            var least = double.PositiveInfinity;
            foreach (var leaf in node.Leaves)
            {
                if (IsWell(leaf) && (nearest < 0 || Distance(leaf) < least))
                    (nearest, least) = (leaf, Distance(leaf));
            }

            _trace.Add(node, double.IsFinite(least) ? ChoiceReason.Nearest : ChoiceReason.Otherwise, null);
            return nearest;
        }

        private (Node? Branch, ChoiceReason Reason) ByCountry(Node node, bool mayPass)
        {
            Basis |= ChoiceBasis.Place;
            var own = false; // there is a branch for this client, well or not
            if (node.Countries.Count > 0)
            {
                if (_client.Country.IsKnown && node.Countries.TryGetValue(_client.Country, out var index))
                {
                    if (IsWell(node.Branches[index].To))
                        return (node.Branches[index].To, ChoiceReason.Country);
                    own = true;
                }
            }
            else if (_client.Country.IsKnown && InSameCountry(node, out own) is { } same)
            {
                return (same, ChoiceReason.SameCountry);
            }

            if (node.Otherwise is { } otherwise && IsWell(otherwise))
                return (otherwise, ChoiceReason.Otherwise);
            if (mayPass && !own)
                return (null, ChoiceReason.NothingToSay);
            return Least(node, ChoiceReason.Nearest, mayPass: false);
        }

        /// <summary>The nearest branch that is a target in the client's country.</summary>
        private readonly Node? InSameCountry(Node node, out bool any)
        {
            Node? best = null;
            any = false;
            foreach (var branch in node.Branches)
            {
                if (branch.To.Target < 0 || model.Targets[branch.To.Target].Country != _client.Country)
                    continue;
                any = true;
                if (IsWell(branch.To) && (best is null || Distance(branch.To.Target) < Distance(best.Target)))
                    best = branch.To;
            }

            return best;
        }

        /// <summary>The branch whose target is the quickest or nearest; a policy counts as the best of its targets.</summary>
        private (Node? Branch, ChoiceReason Reason) Least(Node node, ChoiceReason by, bool mayPass)
        {
            Basis |= ChoiceBasis.Place;
            Node? best = null, first = null;
            var least = double.PositiveInfinity;
            foreach (var branch in node.Branches)
            {
                if (!IsWell(branch.To))
                    continue;
                first ??= branch.To;
                foreach (var leaf in branch.To.Leaves)
                {
                    if (!IsWell(leaf))
                        continue;
                    var length = by == ChoiceReason.Quickest ? RoundTrip(leaf) : Distance(leaf);
                    if (length < least)
                        (best, least) = (branch.To, length);
                }
            }

            if (best is not null)
                return (best, by);
            if (mayPass)
                return (null, ChoiceReason.NothingToSay);
            return (first, ChoiceReason.First);
        }

        /// <summary>
        /// Weighted rendezvous: every branch draws a number for this client, exponential with its share as rate, and the
        /// least wins. Each branch wins by its share of those that are well; where one goes, only its clients move, to
        /// the others by their shares; where one comes back, clients move to it and nowhere else.
        /// </summary>
        private (Node? Branch, ChoiceReason Reason) ByShare(Node node)
        {
            var anyShare = false;
            foreach (var branch in node.Branches)
                anyShare |= branch.Share > 0 && IsWell(branch.To);
            Node? best = null;
            var least = double.PositiveInfinity;
            var candidates = 0;
            foreach (var branch in node.Branches)
            {
                var share = anyShare ? branch.Share : 1;
                if (share <= 0 || !IsWell(branch.To))
                    continue;
                candidates++;
                var drawn = -Math.Log(Draw(branch.Salt)) / (share * Ramp(branch.To));
                if (best is null || drawn < least)
                    (best, least) = (branch.To, drawn);
            }

            if (candidates > 1)
                Basis |= ChoiceBasis.Key;
            return (best, ChoiceReason.Share);
        }

        private (Node? Branch, ChoiceReason Reason) First(Node node)
        {
            Node? first = null;
            foreach (var branch in node.Branches)
            {
                if (!IsWell(branch.To))
                    continue;
                var ramp = Ramp(branch.To);
                if (ramp >= 1)
                    return (branch.To, first is null ? ChoiceReason.First : ChoiceReason.ComingBack);
                Basis |= ChoiceBasis.Key;
                if (Draw(branch.Salt) <= ramp)
                    return (branch.To, first is null ? ChoiceReason.First : ChoiceReason.ComingBack);
                first ??= branch.To;
            }

            return (first, ChoiceReason.First);
        }

        private readonly bool IsWell(Node node)
        {
            foreach (var leaf in node.Leaves)
            {
                if (IsWell(leaf))
                    return true;
            }

            return false;
        }

        private readonly bool IsWell(int target) => nothingWell || facts.Targets[target].Well;

        /// <summary>The most of its targets' ramps; never 0, so that the last one that is well can be chosen.</summary>
        private readonly double Ramp(Node node)
        {
            const double Least = 1e-6;
            var ramp = Least;
            foreach (var leaf in node.Leaves)
                ramp = IsWell(leaf) ? Math.Max(ramp, nothingWell ? 1 : facts.Targets[leaf].Ramp) : ramp;
            return ramp;
        }

        private readonly double Distance(int target) => _client.At is { } from && model.Targets[target].At is { } at ? from.DistanceTo(at) : double.PositiveInfinity;

        /// <summary>As measured, else guessed: light in glass needs 1 ms there and back for 100 km, and cables go half as far again.</summary>
        private readonly double RoundTrip(int target)
        {
            const double MillisecondsPerKilometre = 0.015;
            return facts.Measured.Count > 0 && facts.Measured.TryGetValue((_client.Country, target), out var measured) ? measured : Distance(target) * MillisecondsPerKilometre;
        }

        /// <summary>A number above 0 and up to 1 that belongs to this client and this branch.</summary>
        private readonly double Draw(ulong salt)
        {
            var mixed = (_client.Key ^ salt) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 31) ^ salt) * 0x94D049BB133111EB;
            mixed = (mixed ^ (mixed >> 29)) * 0xBF58476D1CE4E5B9;
            return ((mixed ^ (mixed >> 32)) >> 11) * (1.0 / (1UL << 53)) + (0.5 / (1UL << 53));
        }
    }
}

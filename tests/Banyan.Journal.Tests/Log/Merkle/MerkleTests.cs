using System.Text;
using Banyan.Journal.Log.Merkle;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Journal.Tests.Log.Merkle;

public class MerkleTests
{
    private const int Most = 70;
    private static readonly NaiveTree Tree = NaiveTree.Of(Most);

    [Fact]
    public void EmptyRoot_Rfc6962_IsTheHashOfNothing() =>
        Convert.ToHexStringLower(MerkleHasher.EmptyRoot.ToArray()).ShouldBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(65535)]
    public void HashLeaf_AnyLength_IsTheDefinition(int length)
    {
        var leaf = Encoding.ASCII.GetBytes(new string('a', length));
        MerkleHasher.HashLeaf(leaf).ShouldBe(new NaiveTree([leaf]).RootAt(1));
    }

    [Fact]
    public void Append_EachSize_RootAndNodesAreTheDefinitions()
    {
        var range = new CompactRange();
        for (var size = 0; size <= Most; size++)
        {
            range.Size.ShouldBe(size);
            range.Root.ShouldBe(Tree.RootAt(size));
            CompactRange.Restore(size, range.Edge).Root.ShouldBe(range.Root);
            if (size < Most)
                range.Append(Tree.LeafHash(size), (int level, long index, in MerkleHash hash) => hash.ShouldBe(RangeRoot(new MerkleRange(index << level, (index + 1) << level))));
        }
    }

    [Fact]
    public void Restore_EdgeOfAnotherSize_Throws() => Should.Throw<ArgumentException>(() => CompactRange.Restore(3, [default]));

    [Fact]
    public void Proofs_EveryLeafOfEveryTree_AreTheDefinitionsAndHold()
    {
        for (var size = 1; size <= Most; size++)
        {
            for (var index = 0; index < size; index++)
            {
                var proof = MerkleProofs.Inclusion(index, size).Select(RangeRoot).ToArray();
                proof.ShouldBe(Tree.Path(index, size));
                MerkleProofs.CheckInclusion(Tree.LeafHash(index), index, size, proof, Tree.RootAt(size)).ShouldBe(ProofFault.None);
            }

            for (var old = 1; old <= size; old++)
            {
                var proof = MerkleProofs.Consistency(old, size).Select(RangeRoot).ToArray();
                proof.ShouldBe(Tree.Proof(old, size));
                MerkleProofs.CheckConsistency(old, Tree.RootAt(old), size, Tree.RootAt(size), proof).ShouldBe(ProofFault.None);
            }
        }
    }

    /// <summary>Whatever is changed in a proof or in what it speaks of, it no longer holds.</summary>
    [Fact]
    public void CheckInclusion_AnythingElse_DoesNotHold()
    {
        var cases = from size in Gen.Choose(1, Most)
                    from index in Gen.Choose(0, size - 1)
                    from otherSize in Gen.Choose(0, Most + 2)
                    from otherIndex in Gen.Choose(-1, Most + 2)
                    from bit in Gen.Choose(0, 100_000)
                    select (size, index, otherSize, otherIndex, bit);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var (proof, leaf, root) = (Tree.Path(c.index, c.size), Tree.LeafHash(c.index), Tree.RootAt(c.size));
            if (c.otherIndex != c.index)
                MerkleProofs.CheckInclusion(leaf, c.otherIndex, c.size, proof, root).ShouldNotBe(ProofFault.None);
            MerkleProofs.CheckInclusion(Flip(leaf, c.bit), c.index, c.size, proof, root).ShouldBe(ProofFault.OtherRoot);
            MerkleProofs.CheckInclusion(leaf, c.index, c.size, proof, Flip(root, c.bit)).ShouldBe(ProofFault.OtherRoot);
            MerkleProofs.CheckInclusion(leaf, c.index, c.size, [.. proof, root], root).ShouldBe(ProofFault.WrongLength);
            if (proof.Length == 0)
                return;
            MerkleProofs.CheckInclusion(leaf, c.index, c.size, proof[1..], root).ShouldBe(ProofFault.WrongLength);
            proof[c.bit % proof.Length] = Flip(proof[c.bit % proof.Length], c.bit);
            MerkleProofs.CheckInclusion(leaf, c.index, c.size, proof, root).ShouldBe(ProofFault.OtherRoot);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void CheckConsistency_AnythingElse_DoesNotHold()
    {
        var cases = from size in Gen.Choose(1, Most)
                    from old in Gen.Choose(1, size)
                    from bit in Gen.Choose(0, 100_000)
                    select (size, old, bit);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var (proof, oldRoot, root) = (Tree.Proof(c.old, c.size), Tree.RootAt(c.old), Tree.RootAt(c.size));
            MerkleProofs.CheckConsistency(c.old, Flip(oldRoot, c.bit), c.size, root, proof).ShouldBe(ProofFault.OtherRoot);
            MerkleProofs.CheckConsistency(c.old, oldRoot, c.size, Flip(root, c.bit), proof).ShouldBe(ProofFault.OtherRoot);
            MerkleProofs.CheckConsistency(c.old, oldRoot, c.size, root, [.. proof, root]).ShouldBe(ProofFault.WrongLength);
            MerkleProofs.CheckConsistency(c.size, root, c.old, oldRoot, proof).ShouldBe(c.old == c.size ? ProofFault.None : ProofFault.OutOfRange);
            if (proof.Length == 0)
                return;
            MerkleProofs.CheckConsistency(c.old, oldRoot, c.size, root, proof[1..]).ShouldBe(ProofFault.WrongLength);
            proof[c.bit % proof.Length] = Flip(proof[c.bit % proof.Length], c.bit);
            MerkleProofs.CheckConsistency(c.old, oldRoot, c.size, root, proof).ShouldBe(ProofFault.OtherRoot);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Proofs_LargestTrees_HaveAtMost63Hashes()
    {
        MerkleProofs.Inclusion(long.MaxValue - 1, long.MaxValue).Count.ShouldBeLessThanOrEqualTo(MerkleProofs.MostHashes);
        MerkleProofs.Inclusion(0, long.MaxValue).Count.ShouldBe(MerkleProofs.MostHashes);
        MerkleProofs.Consistency((long.MaxValue >> 1) - 1, long.MaxValue).Count.ShouldBeLessThanOrEqualTo(MerkleProofs.MostHashes);
    }

    [Fact]
    public void TryParse_OnlyWhatIsWritten_IsRead()
    {
        var hash = MerkleHasher.EmptyRoot;
        var text = hash.ToString();
        MerkleHash.TryParse(text, out var again).ShouldBeTrue();
        again.ShouldBe(hash);
        MerkleHash.TryParse(Encoding.ASCII.GetBytes(text), out again).ShouldBeTrue();
        again.ShouldBe(hash);
        foreach (var wrong in new[] { "", text[..^1], text + "=", " " + text[1..], text[..^2] + "V=", text.Replace('/', '_'), text[..^1] + "A" })
        {
            MerkleHash.TryParse(wrong, out _).ShouldBe(wrong == text, wrong);
            MerkleHash.TryParse(Encoding.ASCII.GetBytes(wrong), out _).ShouldBe(wrong == text, wrong);
        }
    }

    private static MerkleHash RangeRoot(MerkleRange range) =>
        MerkleRange.Fold([.. range.Nodes.Select(static n => Tree.RangeRoot((int)(n.Index << n.Level), (int)((n.Index + 1) << n.Level)))]);

    private static MerkleHash Flip(MerkleHash hash, int bit)
    {
        var bytes = hash.ToArray();
        bytes[bit / 8 % bytes.Length] ^= (byte)(1 << (bit % 8));
        return new MerkleHash(bytes);
    }
}

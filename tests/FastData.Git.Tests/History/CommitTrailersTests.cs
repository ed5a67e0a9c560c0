using Delivery.FastData.Git.History;

namespace Delivery.FastData.Git.Tests.History;

public sealed class CommitTrailersTests
{
    [Fact]
    public void Only_the_last_paragraph_holds_trailers()
    {
        const string message = "Deliver 1 model\n\nnews: new\nReason: none of these\n\nAction: rollback\nReason: clicks fell: by half\nno trailer\nOutcome: a Kept x\nOutcome: b Accepted y\nEpoch: 7\n";

        CommitTrailers.Of(message).Select(trailer => trailer.Key).Should().Equal("Action", "Reason", "Outcome", "Outcome", "Epoch");
        CommitTrailers.Find(message, CommitTrailers.Reason).Should().Be("clicks fell: by half");
        CommitTrailers.Find(message, CommitTrailers.Cycle).Should().BeNull();
    }

    [Fact]
    public void A_subject_alone_has_none() => CommitTrailers.Of("Action: rollback").Should().BeEmpty();
}

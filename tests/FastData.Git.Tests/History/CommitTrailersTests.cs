using Delivery.FastData.Git.History;

namespace Delivery.FastData.Git.Tests.History;

public sealed class CommitTrailersTests
{
    [Fact]
    public void Only_the_last_paragraph_holds_trailers()
    {
        const string message = "Deliver 1 model\n\nnews: new\nReason: none of these\n\nAction: rollback\nTo: abc: def\nno trailer\nOutcome: a Kept x\nOutcome: b Accepted y\nEpoch: 7\n";

        CommitTrailers.Of(message).Select(trailer => trailer.Key).Should().Equal("Action", "To", "Outcome", "Outcome", "Epoch");
        CommitTrailers.Find(message, "To").Should().Be("abc: def");
        CommitTrailers.Find(message, CommitTrailers.Cycle).Should().BeNull();
    }

    [Theory]
    [InlineData("Roll back news\n\nReason: clicks fell: by half\n\nnews: a -> b\n\nAction: rollback\nEpoch: 7\n", "clicks fell: by half")]
    [InlineData("Roll back news\n\nnews: a -> b\n\nAction: rollback\nReason: not here\nEpoch: 7\n", null)]
    [InlineData("Reason: not here", null)]
    public void The_reason_stands_right_below_the_subject(string message, string? reason) => CommitTrailers.ReasonOf(message).Should().Be(reason);

    [Fact]
    public void A_subject_alone_has_none() => CommitTrailers.Of("Action: rollback").Should().BeEmpty();
}

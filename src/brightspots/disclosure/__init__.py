"""What may leave: the policy, the plan, the audit, and the one door out."""

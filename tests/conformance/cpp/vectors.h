#pragma once

// Answers lines about axes, interpolation and the plan buffer; the exit status.
int vectors();
